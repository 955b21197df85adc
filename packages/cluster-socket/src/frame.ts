/** The 4.14 framing of the manager's own cluster socket (`reference/links.md` 1 and 6). Pure. */
import { Buffer } from 'node:buffer';

/** u32 counter, u32 payload length, 12 bytes of command, all big-endian. */
export const headerBytes = 20;
const commandBytes = 12;
/** The longest word; a blank follows it. */
export const maxCommand = commandBytes - 1;
/** What a client may send at once: programs in C send no more, and nothing that is asked here needs it. */
export const maxPayload = 1_000_000;
/** Longer answers go out in pieces of this many bytes, each in a frame of its own. */
export const pieceBytes = 5_242_880;
/** In the last byte of the command: more pieces of the same message follow. */
const divided = 0x64;
const blank = 0x20;
const dash = 0x2d;

export interface Frame {
  readonly counter: number;
  readonly command: string;
  readonly payload: Uint8Array;
}

export interface Header {
  readonly counter: number;
  readonly length: number;
  /** Undefined: the field is no command. */
  readonly command: string | undefined;
  readonly divided: boolean;
}

/** Of the first 20 bytes of `bytes`. */
export function headerOf(bytes: Uint8Array): Header {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, headerBytes);
  const field = view.subarray(headerBytes - commandBytes);
  return {
    counter: view.readUInt32BE(0),
    length: view.readUInt32BE(4),
    command: commandOf(field),
    divided: field[commandBytes - 1] === divided,
  };
}

/** A word of 1 to 11 printable characters, one blank, dashes to the end; the last byte may be the mark of a piece. */
function commandOf(field: Buffer): string | undefined {
  const end = field.indexOf(blank);
  if (end < 1) return undefined;
  const isPadded = field.every((byte, at) => {
    if (at < end) return byte > blank && byte < 0x7f;
    if (at === end) return true;
    return byte === dash || (at === commandBytes - 1 && byte === divided);
  });
  return isPadded ? field.toString('latin1', 0, end) : undefined;
}

/**
 * One message as what is to be written, in order: header, payload, header, payload, … The payload is not copied.
 * `command` has at most 11 characters, 10 where the payload needs several pieces.
 */
export function encodeFrame({ counter, command, payload }: Frame): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < payload.length; at += pieceBytes) {
    const piece = payload.subarray(at, at + pieceBytes);
    parts.push(encodeHeader(counter, command, piece.length, at + pieceBytes < payload.length), piece);
  }
  return parts.filter(({ length }) => length > 0);
}

function encodeHeader(counter: number, command: string, length: number, isDivided: boolean): Uint8Array {
  const header = Buffer.alloc(headerBytes, dash);
  header.writeUInt32BE(counter, 0);
  header.writeUInt32BE(length, 4);
  header.write(`${command} `, 8, 'latin1');
  if (isDivided) header[headerBytes - 1] = divided;
  return header;
}
