import { type ActorName, clip, type Envelope, type WireMessage } from '@muster/protocol';
import { aborts } from './aborts.ts';
import { bulk } from './bulk.ts';
import type { Closing } from './closing.ts';
import { LinkError } from './error.ts';
import { type IncomingStream, incomingStream } from './incoming-stream.ts';
import type { LinkLimits } from './limits.ts';
import type { LinkHandlers } from './link.ts';
import { outgoingStream, type Sender } from './outgoing-stream.ts';
import { codeOf } from './text.ts';

/** What became of a frame for a stream. `breach`: in words, why the link must close. */
export type Taken = { readonly breach?: string };

/** The streams of a link: those that this side opened and reads, and those that the peer opened and this side sends. */
export interface Streams {
  readonly open: (to: ActorName, message: WireMessage, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  readonly opened: (envelope: Extract<Envelope, { kind: 'open' }>, handler: LinkHandlers['open']) => Taken;
  readonly data: (stream: number, bytes: Uint8Array) => Taken;
  readonly credit: (stream: number, bytes: number) => Taken;
  readonly ended: (stream: number) => Taken;
  readonly aborted: (stream: number, code: string, text: string) => Taken;
  /** Sends what credit and the send queue allow. */
  readonly pump: () => void;
  readonly failAll: (error: LinkError) => void;
  readonly size: () => number;
}

export interface StreamDeps {
  readonly send: (envelope: Envelope) => void;
  readonly sendData: (stream: number, bytes: Uint8Array) => void;
  /** Bytes queued for the peer. */
  readonly queued: () => number;
  /** Of this side's streams: 1 or 2. Ids go up by 2. */
  readonly firstId: 1 | 2;
}

const fine: Taken = {};

export function streams(deps: StreamDeps, end: Closing, limits: LinkLimits): Streams {
  const { send, sendData, queued, firstId } = deps;
  const reading = new Map<number, IncomingStream>();
  const sending = new Map<number, Sender>();
  const lane = bulk(() => queued() < limits.bulkQueueBytes, limits.pieceBytes);
  const whenAborted = aborts();
  let nextOwn: number = firstId;
  let nextTheirs = 3 - firstId;

  function open(to: ActorName, message: WireMessage, signal: AbortSignal): AsyncIterable<Uint8Array> {
    if (!end.isOpen()) return failing(end.error());
    if (signal.aborted) return failing(abortedError());
    if (reading.size >= limits.streams) return failing(tooMany(limits));
    const stream = nextOwn;
    nextOwn += 2;
    const leave = (): void => {
      forget();
      send({ kind: 'abort', stream, code: 'aborted', text: 'the reader gave the stream up' });
    };
    const incoming = incomingStream(limits.windowBytes, (bytes) => send({ kind: 'credit', stream, bytes }), leave);
    const onAbort = (): void => {
      leave();
      incoming.fail(abortedError());
    };
    const forget = (): void => {
      reading.delete(stream);
      unwatch();
    };
    const unwatch = whenAborted(signal, onAbort);
    const entry = { ...incoming, end: then(forget, incoming.end), fail: then(forget, incoming.fail) };
    reading.set(stream, entry);
    send({ kind: 'open', stream, to, message, credit: limits.windowBytes });
    return incoming.bytes;
  }

  function opened(
    { stream, to, message, credit }: Extract<Envelope, { kind: 'open' }>,
    handler: LinkHandlers['open'],
  ): Taken {
    if (stream !== nextTheirs) return { breach: `a stream is opened as ${stream}, the next is ${nextTheirs}` };
    nextTheirs += 2;
    if (sending.size >= limits.streams) {
      const { code, message: text } = tooMany(limits);
      send({ kind: 'abort', stream, code, text });
      return fine;
    }
    const sender = outgoingStream(credit, {
      data: (bytes) => sendData(stream, bytes),
      end: () => {
        sending.delete(stream);
        send({ kind: 'end', stream });
      },
      abort: (code, text) => {
        sending.delete(stream);
        send({ kind: 'abort', stream, code: codeOf(code), text: clip(text) });
      },
      wake: () => lane.wake(sender),
    });
    sending.set(stream, sender);
    handler(to, message, sender.stream);
    return fine;
  }

  const isOwn = (stream: number): boolean => (stream - firstId) % 2 === 0;
  /** A frame for a stream that is over is no breach: it crossed the abort. One that was never open is. */
  const over = (stream: number): Taken =>
    stream < (isOwn(stream) ? nextOwn : nextTheirs) ? fine : { breach: `stream ${stream} was never open` };

  return {
    open,
    opened,
    data: (stream, bytes) => {
      const incoming = reading.get(stream);
      if (incoming === undefined) return isOwn(stream) ? over(stream) : wrongWay(stream);
      return incoming.data(bytes) ? fine : { breach: `stream ${stream} sent more than it had credit for` };
    },
    credit: (stream, bytes) => {
      const sender = sending.get(stream);
      if (sender === undefined) return isOwn(stream) ? wrongWay(stream) : over(stream);
      if (!sender.credit(bytes)) return { breach: `stream ${stream} was granted more credit than any reader has` };
      if (sender.ready()) lane.wake(sender);
      return fine;
    },
    ended: (stream) => {
      const incoming = reading.get(stream);
      if (incoming === undefined) return isOwn(stream) ? over(stream) : wrongWay(stream);
      incoming.end();
      return fine;
    },
    aborted: (stream, code, text) => {
      const error = new LinkError(code, text, { remote: true });
      reading.get(stream)?.fail(error);
      sending.get(stream)?.fail(error);
      sending.delete(stream);
      return over(stream);
    },
    pump: lane.pump,
    failAll: (error) => {
      lane.clear();
      for (const incoming of [...reading.values()]) incoming.fail(error);
      for (const sender of [...sending.values()]) sender.fail(error);
      sending.clear();
    },
    size: () => reading.size + sending.size,
  };
}

const wrongWay = (stream: number): Taken => ({ breach: `a frame for stream ${stream} from the wrong side` });

const abortedError = (): LinkError => new LinkError('aborted', 'the stream was aborted by its reader');

const tooMany = (limits: LinkLimits): LinkError =>
  new LinkError(
    'too-many-streams',
    `${limits.streams} streams are open on this link, which is the limit: open fewer at once`,
  );

/** Does `first`, then `second` with what it was given. */
const then =
  <A extends unknown[]>(first: () => void, second: (...given: A) => void) =>
  (...given: A): void => {
    first();
    second(...given);
  };

function failing(error: LinkError): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}
