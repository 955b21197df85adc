/**
 * Takes frames out of a stream of bytes, cut wherever it likes: header and payload are read independently.
 * Memory grows with the bytes that came, never with a length that is only claimed. Pure.
 */
import { type Frame, type Header, headerBytes, headerOf, maxPayload } from './frame.ts';
import { type Gathering, openGathering, openPieces, type Pieces } from './pieces.ts';

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

export function openFrameReader(): FrameReader {
  const waiting = openPieces();
  let reading = beginning();
  let fault: FrameFault | undefined;

  const next = (): Read => {
    if (fault !== undefined) return { type: 'fault', fault };
    if (reading.header === undefined) {
      reading = headed(reading, waiting);
      fault = reading.header && faultOf(reading.header);
      if (fault !== undefined) waiting.clear();
      return reading.header === undefined ? { type: 'more' } : next();
    }
    const { header, body } = reading;
    body.fill(waiting);
    const payload = body.whole();
    if (payload === undefined) return { type: 'more' };
    reading = beginning();
    return { type: 'frame', frame: { counter: header.counter, command: header.command ?? '', payload } };
  };
  return {
    push: (bytes) => {
      if (fault === undefined) waiting.add(bytes);
    },
    next,
    midFrame: () => fault === undefined && (reading.header !== undefined || reading.head.filled() > 0),
    held: () => waiting.bytes() + (reading.header === undefined ? 0 : reading.body.room()),
  };
}

/** How far the frame is that is being read: its header is not whole, or its payload is not. */
type Reading =
  | { readonly head: Gathering; readonly header: undefined }
  | { readonly header: Header; readonly body: Gathering };

const beginning = (): Reading => ({ head: openGathering(headerBytes), header: undefined });

function headed(reading: Extract<Reading, { readonly header: undefined }>, waiting: Pieces): Reading {
  reading.head.fill(waiting);
  const bytes = reading.head.whole();
  if (bytes === undefined) return reading;
  const header = headerOf(bytes);
  // One that is refused is never gathered.
  return { header, body: openGathering(header.length) };
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
