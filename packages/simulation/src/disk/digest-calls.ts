/** Digesting: a file that changes while it is read is read again, three times at most. */
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Digested } from '@muster/tree';
import type { Calls } from './calls.ts';
import { wholeOf } from './changes.ts';
import { type Content, digestOf } from './content.ts';
import { type File, sizeOf, statOf } from './inode.ts';
import { openFile } from './open.ts';

/** Rejects at once when aborted; what reads on then tells nobody. */
export function digestAll(calls: Calls, paths: readonly string[], signal: AbortSignal): Promise<readonly Digested[]> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const abort = (): void => reject(signal.reason as Error);
    // One listener a call, of which many wait for one scan: no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
    const work = async (): Promise<Digested[]> => {
      const all: Digested[] = [];
      for (const path of paths) {
        const one = digestOne(calls, path);
        all.push(one instanceof Promise ? await one : one);
        if (signal.aborted) break;
      }
      return all;
    };
    calls.call('disk digest', paths.length, work).then((all) => {
      signal.removeEventListener('abort', abort);
      resolve(all);
    }, reject);
  });
}

const attempts = 3;
const pieceBytes = 256 * 1024;
/** A gigabyte in a second. */
const quarterMs = 0.25;

/** A small file that nobody comes between is digested in one step. */
function digestOne(calls: Calls, path: string): Digested | Promise<Digested> {
  const file = openFile(calls, 'digest', path);
  if (typeof file === 'string') return { ok: false, path, failure: { code: file, path } };
  const others = calls.between();
  if (others !== undefined || sizeOf(file) > pieceBytes) return digestSlowly(calls, path, file, others);
  return { ok: true, path, digest: digestOf(wholeOf(calls.volume, file)), stat: statOf(file) };
}

async function digestSlowly(
  calls: Calls,
  path: string,
  opened: File,
  others: Promise<void> | undefined,
): Promise<Digested> {
  let file: File | string = opened;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) file = openFile(calls, 'digest', path);
    if (typeof file === 'string') return { ok: false, path, failure: { code: file, path } };
    const stat = statOf(file);
    if (attempt === 0) await others;
    const { digest, size } = await digestPieces(calls, file);
    const after = statOf(file);
    if (size === stat.size && after.size === size && after.mtimeNs === stat.mtimeNs && after.ctimeNs === stat.ctimeNs)
      return { ok: true, path, digest, stat };
  }
  return { ok: false, path, failure: { code: 'CHANGED', path } };
}

/** Reads to the end, piece by piece, whatever the file holds by then. */
async function digestPieces(calls: Calls, file: File): Promise<{ readonly digest: string; readonly size: number }> {
  const { perPieceMs = quarterMs } = calls.volume.faults.latency;
  const first = wholeOf(calls.volume, file);
  const pieces: Uint8Array[] = [];
  let mixed = false;
  let size = 0;
  for (;;) {
    const content: Content = wholeOf(calls.volume, file);
    mixed ||= content !== first;
    const piece = content.bytes.subarray(size, size + pieceBytes);
    if (piece.length === 0) break;
    pieces.push(piece);
    size += piece.length;
    const others = piece.length === pieceBytes ? calls.takes(perPieceMs) : calls.between();
    if (others !== undefined) await others;
    if (piece.length < pieceBytes) break;
  }
  if (!mixed && size === first.bytes.length) return { digest: digestOf(first), size };
  const hash = createHash('blake2b512');
  for (const piece of pieces) hash.update(piece);
  return { digest: hash.digest('hex'), size };
}
