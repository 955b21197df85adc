/** A socket's file may be deleted or replaced while the socket listens: then nobody can reach it any more. */
import type { Clock } from '@muster/actor';

/** Calls `lost` once when `isThere` no longer holds, looking every `everyMs`. The returned function ends the looking. */
export function lookAfter(isThere: () => boolean, everyMs: number, clock: Clock, lost: () => void): () => void {
  let cancel = (): void => {};
  const look = (): void => {
    if (isThere()) cancel = clock.after(everyMs, look);
    else lost();
  };
  cancel = clock.after(everyMs, look);
  return () => cancel();
}
