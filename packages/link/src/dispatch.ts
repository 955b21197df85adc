import type { Envelope, Frame } from '@muster/protocol';
import type { Asking } from './asking.ts';
import type { Closing } from './closing.ts';
import type { LinkHandlers } from './link.ts';
import type { Pending, Settled } from './pending.ts';
import type { Streams, Taken } from './streams.ts';

/** Counted by the link; read through `stats`. */
export interface Counters {
  bytesIn: number;
  bulkIn: number;
  bulkOut: number;
  messagesIn: number;
  messagesOut: number;
}

/** The parts of a link that frames are for. */
export interface Parts {
  readonly asks: Asking;
  readonly pings: Pending<number>;
  readonly flows: Streams;
  readonly send: (envelope: Envelope) => void;
  readonly end: Closing;
  readonly counters: Counters;
  readonly now: () => number;
}

export interface Dispatcher {
  readonly frame: (frame: Frame) => void;
  /** Before the first frame. */
  readonly handlers: (handlers: LinkHandlers) => void;
}

/** Brings each frame to its part; closes the link on one that is out of order. */
export function dispatcher(parts: Parts): Dispatcher {
  let handlers: LinkHandlers;
  const breach = (text: string): void => parts.end.violation({ code: 'out-of-order', text });
  const settled = (how: Settled, what: string, id: number): void => {
    if (how === 'unknown') breach(`a ${what} to ${id}, which was never sent`);
  };
  const taken = ({ breach: text }: Taken): void => {
    if (text !== undefined) breach(text);
  };
  const asked = ({ id, to, message }: Extract<Envelope, { kind: 'ask' }>): void => {
    parts.counters.messagesIn += 1;
    if (!parts.asks.asked(id, to, message, handlers.ask)) breach(`ask ${id} is still waiting for its answer`);
  };
  const envelope = (one: Envelope) => {
    switch (one.kind) {
      case 'tell':
        parts.counters.messagesIn += 1;
        return handlers.message(one.to, one.message);
      case 'ask':
        return asked(one);
      case 'reply':
        return settled(parts.asks.replied(one.id, one.message), 'reply', one.id);
      case 'failure':
        return settled(parts.asks.failed(one.id, one.code, one.text), 'failure', one.id);
      case 'open':
        parts.counters.messagesIn += 1;
        return taken(parts.flows.opened(one, handlers.open));
      case 'credit':
        return taken(parts.flows.credit(one.stream, one.bytes));
      case 'end':
        return taken(parts.flows.ended(one.stream));
      case 'abort':
        return taken(parts.flows.aborted(one.stream, one.code, one.text));
      case 'ping':
        return parts.send({ kind: 'pong', id: one.id });
      case 'pong':
        return settled(parts.pings.resolve(one.id, parts.now()), 'pong', one.id);
      case 'goodbye':
        return parts.end.shut({ how: 'goodbye', code: one.code, text: one.text }, 'none');
      case 'hello':
      case 'welcome':
      case 'refuse':
        return breach(`a second ${one.kind}`);
    }
  };
  return {
    frame: (frame) => {
      if (frame.type === 'envelope') return envelope(frame.envelope);
      parts.counters.bulkIn += frame.bytes.byteLength;
      taken(parts.flows.data(frame.stream, kept(frame.bytes)));
    },
    handlers: (given) => {
      handlers = given;
    },
  };
}

/**
 * Stream bytes wait until they are read. A view keeps the whole buffer that it came in alive, so a small
 * part of one is copied: what waits takes at most twice its length. Copying all costs a quarter of the rate.
 */
const kept = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength * 2 < bytes.buffer.byteLength ? Uint8Array.prototype.slice.call(bytes) : bytes;
