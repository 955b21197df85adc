/** A stream of the master that is given up when nothing comes. */
import type { Clock } from '@muster/actor';
import { LinkError } from '@muster/link';

/**
 * Milliseconds without a byte after which a stream is given up and asked for anew. Long, for the master serves
 * 32 streams at a time and lets the others wait; but not for ever, for a request may get lost in its crash.
 */
export const stallMs = 300_000;

/** `bytes`, failing with `timeout` when the next piece takes longer than `withinMs`. Time in which nobody reads does not count. */
export const unlessStalled = (
  bytes: AsyncIterable<Uint8Array>,
  clock: Clock,
  withinMs: number = stallMs,
): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => {
    const pieces = bytes[Symbol.asyncIterator]();
    const leave = async (): Promise<IteratorResult<Uint8Array>> => {
      await pieces.return?.();
      return { done: true, value: undefined };
    };
    const next = (): Promise<IteratorResult<Uint8Array>> =>
      new Promise((resolve, reject) => {
        const cancel = clock.after(withinMs, () => {
          reject(new LinkError('timeout', `the master sent nothing for ${withinMs / 1_000} s`));
          // It has failed already; how its end ends changes nothing.
          leave().catch(() => {});
        });
        pieces.next().finally(cancel).then(resolve, reject);
      });
    return { next, return: leave };
  },
});
