import type { Clock } from './clock.ts';

/** What `work`, which begins at once, comes to; rejects with `late()` after `ms`. Its own end after that is nobody's matter. */
export const within = <T>(clock: Clock, ms: number, work: () => T | Promise<T>, late: () => unknown): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(late()));
    new Promise<T>((done) => done(work())).then(resolve, reject).finally(cancel);
  });
