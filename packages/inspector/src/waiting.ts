import type { Clock } from '@muster/actor';

/** The person wants no more of it. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Settles as `work` does, or rejects with `Stopped` as soon as `stop` is aborted. What comes of the work later is dropped. */
export function stoppable<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new Stopped());
    if (stop.aborted) end();
    stop.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', end));
  });
}

/** Resolves after `ms`; rejects with `Stopped` when `stop` is aborted before. */
export function pause(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
  let cancel = (): void => {};
  const waited = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  return stoppable(waited, stop).finally(cancel);
}
