/** Bytes of a connection to frames, however they are cut. */
import type { Sender } from './catalogue/index.ts';
import { DATA_FRAME, decodeEnvelope, ENVELOPE_FRAME } from './codec.ts';
import type { Decoded } from './envelope.ts';
import { dataSenders } from './envelope-schema.ts';
import { growingBuffer } from './growing-buffer.ts';
import { DATA_HEADER, FRAME_HEADER, MAX_FRAME, MAX_HELLO_FRAME } from './limits.ts';
import { refused, type ViolationCode } from './violation.ts';

/**
 * `greeting`: one hello (or welcome, or refuse) of at most 4 KiB. `pending`: a hello came, and
 * nothing may follow until `accept`. `open`: everything that the sender may send.
 */
type Phase = 'greeting' | 'pending' | 'open' | 'closed';

export interface FrameDecoder {
  /**
   * Takes the next bytes; returns what they complete, in order. After the first violation, which is
   * the last of its result, the decoder is closed and returns nothing more.
   *
   * Envelopes alias nothing. Data frames come as views of `bytes`, in as many parts as they arrived
   * in, so nothing of them is kept here: copy what outlives the call.
   */
  push(bytes: Uint8Array): readonly Decoded[];
  /** The hello was taken: what follows may be anything. A welcome does this by itself. */
  accept(): void;
  /** Bytes held of a frame that is not yet whole. At most one frame, and never more than arrived. */
  readonly held: () => number;
}

export interface FrameDecoderOptions {
  /** Who is at the other end. */
  readonly sender: Sender;
  /** Whether hello and welcome come first. Default: on links (`master`, `worker`), not on the control socket. */
  readonly greeting?: boolean;
}

/** A decoder for one connection. */
export function frameDecoder(options: FrameDecoderOptions): FrameDecoder {
  const { sender } = options;
  const greets = options.greeting ?? (sender === 'master' || sender === 'worker');
  const mayStream = dataSenders.includes(sender);
  let phase: Phase = greets ? 'greeting' : 'open';
  /** The begun frame, when it is not whole and no data frame. */
  const begun = growingBuffer();
  /** What is still to come of a data frame, bytes. */
  let dataLeft = 0;
  let stream = 0;

  function push(bytes: Uint8Array): readonly Decoded[] {
    const out: Decoded[] = [];
    let at = 0;
    while (at < bytes.length && phase !== 'closed') {
      if (dataLeft > 0) at = takeData(bytes, at, out);
      else if (begun.length() > 0) at = takeHeld(bytes, at, out);
      else at = takeWhole(bytes, at, out);
    }
    return out;
  }

  /** A frame that begins in `bytes`: decoded in place when it is whole. */
  function takeWhole(bytes: Uint8Array, at: number, out: Decoded[]): number {
    const needed = frameLength(bytes, at, out);
    if (needed < 0) return bytes.length;
    if (needed > bytes.length - at) {
      begun.add(bytes.subarray(at));
      return bytes.length;
    }
    takeFrame(bytes.subarray(at, at + needed), out);
    return at + needed;
  }

  /** A frame that began before `bytes`: adds what it lacks, as far as its length is known. */
  function takeHeld(bytes: Uint8Array, at: number, out: Decoded[]): number {
    const known = frameLength(begun.view(), 0, out);
    if (known < 0) return bytes.length;
    const next = Math.min(bytes.length, at + known - begun.length());
    begun.add(bytes.subarray(at, next));
    if (begun.length() < known) return next;
    const needed = frameLength(begun.view(), 0, out);
    if (needed === known && known >= FRAME_HEADER) takeFrame(begun.take(), out);
    return needed < 0 ? bytes.length : next;
  }

  /**
   * Bytes from `at` to the end of the frame there, or to the end of a data frame's header; more
   * than there are when even that is not known yet; -1 after a violation.
   */
  function frameLength(bytes: Uint8Array, at: number, out: Decoded[]): number {
    const there = bytes.length - at;
    if (there < 4) return 4;
    const length = readU32(bytes, at);
    const most = phase === 'open' ? MAX_FRAME : MAX_HELLO_FRAME;
    if (length > most) return close(out, 'too-long', `a frame of ${length} bytes, where ${most} are allowed`);
    if (length < 2) return close(out, 'malformed', `a frame of ${length} bytes`);
    if (phase === 'pending') return close(out, 'not-yet', 'a second frame before the hello was answered');
    if (there < FRAME_HEADER) return FRAME_HEADER;
    const kind = bytes[at + 4];
    if (kind === ENVELOPE_FRAME) return 4 + length;
    if (kind !== DATA_FRAME) return close(out, 'unknown-frame', 'a frame of unknown kind');
    if (phase !== 'open') return close(out, 'not-yet', 'stream data before hello and welcome');
    if (!mayStream) return close(out, 'not-allowed', `the ${sender} may not send stream data`);
    return length < 5 ? close(out, 'malformed', 'a data frame without its stream') : DATA_HEADER;
  }

  function takeFrame(frame: Uint8Array, out: Decoded[]): void {
    if (frame[4] === DATA_FRAME) takeDataHeader(frame, out);
    else takeEnvelope(frame.subarray(FRAME_HEADER), out);
  }

  function takeDataHeader(frame: Uint8Array, out: Decoded[]): void {
    stream = readU32(frame, 5);
    dataLeft = readU32(frame, 0) - 5;
    if (stream === 0) close(out, 'malformed', 'stream data for stream 0');
  }

  function takeEnvelope(text: Uint8Array, out: Decoded[]): void {
    const decoded = decodeEnvelope(text, sender);
    if (!decoded.ok) return void stop(out, decoded);
    if (decoded.frame.type === 'envelope') {
      const { kind } = decoded.frame.envelope;
      const greeting = kind === 'hello' || kind === 'welcome';
      const fault = greeting !== (phase === 'greeting') && !(phase === 'greeting' && kind === 'refuse');
      if (fault) return void close(out, greeting ? 'twice' : 'not-yet', `a '${kind}' ${greeting ? 'again' : 'first'}`);
      if (kind === 'hello') phase = 'pending';
      if (kind === 'welcome') phase = 'open';
    }
    out.push(decoded);
  }

  function takeData(bytes: Uint8Array, at: number, out: Decoded[]): number {
    const piece = bytes.subarray(at, at + dataLeft);
    dataLeft -= piece.length;
    out.push({ ok: true, frame: { type: 'data', stream, bytes: piece } });
    return at + piece.length;
  }

  function close(out: Decoded[], code: ViolationCode, text: string): -1 {
    return stop(out, refused(code, text));
  }

  function stop(out: Decoded[], violation: Decoded): -1 {
    phase = 'closed';
    begun.take();
    out.push(violation);
    return -1;
  }

  return {
    push,
    accept: () => {
      if (phase === 'pending') phase = 'open';
    },
    held: begun.length,
  };
}

const readU32 = (bytes: Uint8Array, at: number): number =>
  bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
