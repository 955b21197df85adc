/** The stream that answers `get-content`: for each digest, in order, a header of 9 bytes and the content. */
import type { Violation } from './envelope.ts';
import { breach, type ViolationCode } from './violation.ts';

/** Status byte and u64 size. */
export const CONTENT_HEADER = 9;
const FOLLOWS = 0;
const MISSING = 1;

/** The header of one content: `size` bytes must follow a `follows`; a `missing` has size 0. Throws `Error('bug: …')` otherwise. */
export function contentHeader(status: 'follows' | 'missing', size: number): Uint8Array {
  const ok = Number.isSafeInteger(size) && size >= 0 && (status === 'follows' || size === 0);
  if (!ok) throw new Error(`bug: content that is '${status}' with ${size} bytes`);
  const header = new Uint8Array(CONTENT_HEADER);
  header[0] = status === 'follows' ? FOLLOWS : MISSING;
  new DataView(header.buffer).setBigUint64(1, BigInt(size));
  return header;
}

/** What a content stream says. `index` counts the digests asked for, from 0. */
export type ContentEvent =
  | { readonly type: 'begin'; readonly index: number; readonly size: number }
  /** A view of what was pushed: copy what outlives the call. */
  | { readonly type: 'bytes'; readonly index: number; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly index: number }
  | { readonly type: 'missing'; readonly index: number }
  /** The last event: the stream is to be aborted. */
  | { readonly type: 'violation'; readonly violation: Violation };

export interface ContentDecoder {
  /** Takes the next bytes of the stream, however cut. */
  push(bytes: Uint8Array): readonly ContentEvent[];
  /** The stream ended: undefined when everything asked for was answered. */
  end(): Violation | undefined;
}

/**
 * Decodes the answer to a `get-content`: of how many digests, or better of which sizes, so that the
 * first byte too much is refused. Without sizes, each may say any size up to 2^53 - 1: nothing is
 * allocated for it.
 */
export function contentDecoder(expected: number | readonly number[]): ContentDecoder {
  const sizes = typeof expected === 'number' ? undefined : expected;
  const count = typeof expected === 'number' ? expected : expected.length;
  const header = new Uint8Array(CONTENT_HEADER);
  let filled = 0;
  let index = 0;
  let left = 0;
  let inside = false;
  let broken: Violation | undefined;

  function push(bytes: Uint8Array): readonly ContentEvent[] {
    const out: ContentEvent[] = [];
    let at = 0;
    while (at < bytes.length && broken === undefined) {
      at = inside ? takeBytes(bytes, at, out) : takeHeader(bytes, at, out);
    }
    return out;
  }

  function takeHeader(bytes: Uint8Array, at: number, out: ContentEvent[]): number {
    if (index === count) return refuse(out, 'too-long', `more than the ${count} contents asked for`);
    const piece = bytes.subarray(at, at + CONTENT_HEADER - filled);
    header.set(piece, filled);
    filled += piece.length;
    if (filled === CONTENT_HEADER) {
      filled = 0;
      begin(Number(new DataView(header.buffer).getBigUint64(1)), out);
    }
    return at + piece.length;
  }

  function begin(size: number, out: ContentEvent[]): void {
    const missing = header[0] === MISSING;
    if (header[0] !== FOLLOWS && !missing) return void refuse(out, 'malformed', 'a content of unknown status');
    if (!Number.isSafeInteger(size) || (missing && size > 0))
      return void refuse(out, 'malformed', 'an impossible size');
    if (missing) {
      out.push({ type: 'missing', index: index++ });
      return;
    }
    const wanted = sizes?.[index];
    if (wanted !== undefined && wanted !== size)
      return void refuse(out, 'wrong-size', `content ${index} of ${size} bytes, where ${wanted} were announced`);
    out.push({ type: 'begin', index, size });
    left = size;
    inside = true;
    if (size === 0) finish(out);
  }

  function takeBytes(bytes: Uint8Array, at: number, out: ContentEvent[]): number {
    const piece = bytes.subarray(at, at + left);
    left -= piece.length;
    out.push({ type: 'bytes', index, bytes: piece });
    if (left === 0) finish(out);
    return at + piece.length;
  }

  function finish(out: ContentEvent[]): void {
    inside = false;
    out.push({ type: 'end', index: index++ });
  }

  function refuse(out: ContentEvent[], code: ViolationCode, text: string): number {
    broken = breach(code, text);
    out.push({ type: 'violation', violation: broken });
    return Number.MAX_SAFE_INTEGER;
  }

  return {
    push,
    end: () =>
      broken ??
      (index === count && filled === 0
        ? undefined
        : breach('too-short', `${index} of ${count} contents, then the stream ended`)),
  };
}
