import type { Clock } from '@muster/actor';
import { LinkError } from '@muster/link';
import type { OpenStream } from './content-stream.ts';

/** The reference's own time for a file (`reference/config.md` 4). Long, for a busy master lets requests wait their turn; not for ever, for one may be lost in its crash. */
export const stalledMs = 120_000;

/**
 * `open`, for streams that may not stand still: one whose reader waits for the next bytes for `stalledMs` is aborted
 * and fails with the code `stalled`. A slow reader is not counted against the sender.
 */
export function unlessStalled(open: OpenStream, clock: Clock): OpenStream {
  return (request, signal) => {
    const controller = new AbortController();
    const bytes = open(request, AbortSignal.any([signal, controller.signal]));
    const stalled = new LinkError('stalled', `the master sent nothing of an answer for ${stalledMs / 1_000} s`);
    const timed = async <T>(next: Promise<T>): Promise<T> => {
      const cancel = clock.after(stalledMs, () => controller.abort(stalled));
      try {
        return await next;
      } catch (error) {
        throw controller.signal.aborted ? stalled : error;
      } finally {
        cancel();
      }
    };
    return {
      [Symbol.asyncIterator]: () => {
        const source = bytes[Symbol.asyncIterator]();
        return {
          next: () => timed(source.next()),
          return: async () => (await source.return?.()) ?? { done: true, value: undefined },
        };
      },
    };
  };
}
