import type { Clock } from '@muster/actor';
import { ApiError } from './api-error.ts';

/** A client waits no longer for a view of the node or of the cluster, ms: it hears of a wedged node in under 2 s. */
export const viewMs = 1_500;

/** What `work` comes to, or 3021 after `ms`. Its own end after that is nobody's matter. */
export function within<T>(clock: Clock, work: () => T | Promise<T>, ms: number = viewMs): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new ApiError(3021)));
    Promise.resolve().then(work).then(resolve, reject).finally(cancel);
  });
}
