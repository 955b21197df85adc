/**
 * Takes frames out of a stream of bytes, cut wherever it likes: header and payload are read independently.
 * Memory grows with the bytes that came, never with a length that is only claimed. Pure.
 */
import { type Frame, type Header, headerBytes, headerOf, maxPayload } from './frame.ts';

/** What ends a conversation: the bytes are no frame, or one that is not taken. In words for people. */
export interface FrameFault {
  readonly counter: number;
  readonly why: 'no-frame' | 'too-large';
  readonly text: string;
}

export type Read =
  | { readonly type: 'frame'; readonly frame: Frame }
  | { readonly type: 'fault'; readonly fault: FrameFault }
  /** Bytes are missing. */
  | { readonly type: 'more' };

export interface FrameReader {
  /** Bytes that came; they are kept until `next` comes to them. */
  push(bytes: Uint8Array): void;
  /** The next whole frame. After a fault there is nothing but that fault. */
  next(): Read;
  /** A frame was begun by `next` and is not whole. */
  midFrame(): boolean;
  /** Bytes held: those that `next` did not come to, and the room for the frame that was begun. */
  held(): number;
}

const leastRoom = 1_024;
const nothing = new Uint8Array(0);

export function openFrameReader(): FrameReader {
  const waiting: Uint8Array[] = [];
  const head = new Uint8Array(headerBytes);
  let headFilled = 0;
  let header: Header | undefined;
  let body = nothing;
  let bodyFilled = 0;
  let fault: FrameFault | undefined;

  const take = (most: number): Uint8Array => {
    const [first = nothing] = waiting;
    const taken = first.subarray(0, most);
    if (taken.length === first.length) waiting.shift();
    else waiting[0] = first.subarray(taken.length);
    return taken;
  };
  const fillHead = (): void => {
    while (headFilled < headerBytes && waiting.length > 0) {
      const bytes = take(headerBytes - headFilled);
      head.set(bytes, headFilled);
      headFilled += bytes.length;
    }
    if (headFilled < headerBytes) return;
    header = headerOf(head);
    fault = faultOf(header);
  };
  const fillBody = (length: number): void => {
    while (bodyFilled < length && waiting.length > 0) {
      const bytes = take(length - bodyFilled);
      body = withRoom(body, bodyFilled, bytes.length, length);
      body.set(bytes, bodyFilled);
      bodyFilled += bytes.length;
    }
  };
  const whole = ({ counter, command = '', length }: Header): Read => {
    const payload = body.subarray(0, length);
    headFilled = 0;
    bodyFilled = 0;
    header = undefined;
    body = nothing;
    return { type: 'frame', frame: { counter, command, payload } };
  };
  return {
    push: (bytes) => {
      if (bytes.length > 0 && fault === undefined) waiting.push(bytes);
    },
    next: () => {
      if (header === undefined) fillHead();
      if (fault !== undefined) {
        waiting.length = 0;
        return { type: 'fault', fault };
      }
      if (header === undefined) return { type: 'more' };
      fillBody(header.length);
      return bodyFilled < header.length ? { type: 'more' } : whole(header);
    },
    midFrame: () => fault === undefined && headFilled > 0,
    held: () => waiting.reduce((sum, { length }) => sum + length, body.length),
  };
}

function faultOf({ counter, command, length, divided }: Header): FrameFault | undefined {
  if (command === undefined) {
    return {
      counter,
      why: 'no-frame',
      text: 'What came is no frame: bytes 8 to 19 must be a command, a blank, and dashes',
    };
  }
  if (divided) {
    return {
      counter,
      why: 'too-large',
      text: `Messages in pieces are not taken; send ${maxPayload} bytes at most in one frame`,
    };
  }
  if (length <= maxPayload) return undefined;
  return {
    counter,
    why: 'too-large',
    text: `The payload has ${length} bytes, and ${maxPayload} are the most that is taken`,
  };
}

/** Room for `more` bytes after `filled`: at least doubled, at most `limit`. */
function withRoom(body: Uint8Array, filled: number, more: number, limit: number): Uint8Array<ArrayBuffer> {
  if (filled + more <= body.length) return body as Uint8Array<ArrayBuffer>;
  const room = new Uint8Array(Math.min(limit, Math.max(leastRoom, 2 * body.length, filled + more)));
  room.set(body.subarray(0, filled));
  return room;
}
