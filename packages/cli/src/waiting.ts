/** Waiting that a person may end. */
import type { Clock } from '@muster/actor';

/** Resolves after `ms`, or as soon as `stop` is aborted. */
export function pause(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      stop.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    stop.addEventListener('abort', end, { once: true });
  });
}

/** As `work` settles; undefined as soon as `stop` is aborted. What comes of the work later is dropped. */
export function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(undefined);
    if (stop.aborted) end();
    stop.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', end));
  });
}

/** Says once that `work` still waits when it has taken `afterMs`. */
export async function sayingThatItWaits<T>(
  work: Promise<T>,
  clock: Clock,
  afterMs: number,
  say: () => void,
): Promise<T> {
  const cancel = clock.after(afterMs, say);
  try {
    return await work;
  } finally {
    cancel();
  }
}
