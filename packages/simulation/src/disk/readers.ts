/** Files read piece by piece: what was written in place meanwhile is seen, what was renamed over is not. */
import { DiskError, type Reader } from '@muster/tree';
import { type Calls, openLane } from './calls.ts';
import { wholeOf } from './changes.ts';
import { statOf } from './inode.ts';
import { openFile, refused } from './open.ts';

/** `opened` and `closed` are called once each, the latter only after the former. */
export async function openReader(calls: Calls, path: string, opened: () => void, closed: () => void): Promise<Reader> {
  const { file, stat } = await calls.call('disk open', 1, () => {
    const found = openFile(calls, 'read', path);
    if (typeof found === 'string') throw new DiskError(found, path);
    opened();
    return { file: found, stat: statOf(found) };
  });
  const lane = openLane();
  let at = 0;
  let open = true;
  const pull = (maxBytes: number): Uint8Array => {
    refused(open ? calls.refusal('read', path) : 'EBADF', 'pull');
    const piece = wholeOf(calls.volume, file).bytes.subarray(at, at + maxBytes);
    at += piece.length;
    return piece;
  };
  const close = (): void => {
    if (open) closed();
    open = false;
  };
  return {
    stat,
    read: (maxBytes) => lane(() => calls.call('disk pull', 1, () => pull(maxBytes))),
    close: () => lane(() => calls.call('disk close', 0, close)),
  };
}
