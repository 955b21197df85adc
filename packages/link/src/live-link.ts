/**
 * A link over a connection whose handshake is done, or that needs none (the control socket).
 *
 * It owns the connection. Nothing is read before `start`, so nothing is lost before its owner exists.
 * Whatever ends it, all asks, pings and streams are failed first, no timer is left, and `closed` comes once.
 */
import { type Decoded, type Envelope, encodeDataHeader, encodeEnvelope, type FrameDecoder } from '@muster/protocol';
import { asking } from './asking.ts';
import { closing } from './closing.ts';
import type { LinkDeps } from './deps.ts';
import { type Counters, dispatcher } from './dispatch.ts';
import { LinkError } from './error.ts';
import type { LinkLimits } from './limits.ts';
import type { Link, LinkHandlers, Peer } from './link.ts';
import { outbox } from './outbox.ts';
import { overload } from './overload.ts';
import { pending } from './pending.ts';
import { streams } from './streams.ts';
import type { Connection } from './transport.ts';

/** A link that nobody listens to yet. */
export interface PausedLink extends Link {
  /** Once. From here on the handlers are called; what came before is delivered first. */
  readonly start: (handlers: LinkHandlers) => void;
}

/** What the connection tells the link. */
export interface LinkFeed {
  readonly link: PausedLink;
  readonly data: (bytes: Uint8Array) => void;
  readonly drained: () => void;
  readonly closed: (error: Error | undefined) => void;
}

export interface LiveLinkOptions {
  readonly connection: Connection;
  readonly decoder: FrameDecoder;
  readonly peer: Peer;
  /** Who dialed: streams of the dialer have odd ids, those of the acceptor even ones, so that they never meet. */
  readonly side: 'dialer' | 'acceptor';
  /** What was decoded before the link was made. */
  readonly early: readonly Decoded[];
}

export function liveLink({ connection, decoder, peer, side, early }: LiveLinkOptions, deps: LinkDeps): LinkFeed {
  const { clock, limits } = deps;
  const counters: Counters = { bytesIn: 0, bulkIn: 0, bulkOut: 0, messagesIn: 0, messagesOut: 0 };
  const out = outbox(connection, deps.defer);
  const end = closing(connection, out, deps, peer.node);
  const send = (envelope: Envelope): void => {
    if (end.isOpen()) out.put(encodeEnvelope(envelope));
  };
  const sendData = (stream: number, bytes: Uint8Array): void => {
    counters.bulkOut += bytes.byteLength;
    out.put(encodeDataHeader(stream, bytes.byteLength));
    out.put(bytes);
  };
  const asks = asking(send, end, deps);
  const pings = pending<number>(clock, 'ping', limits.asks);
  const flows = streams({ send, sendData, queued: out.queued, firstId: side === 'dialer' ? 1 : 2 }, end, limits);
  const pressure = overload(out.queued, connection, end, deps);
  const dispatch = dispatcher({ asks, pings, flows, send, end, counters, now: clock.now });
  let begun = false;
  const data = (bytes: Uint8Array): void => {
    counters.bytesIn += bytes.byteLength;
    if (end.isOpen()) take(decoder.push(bytes));
  };
  const take = (frames: readonly Decoded[]) => {
    for (const decoded of frames) {
      if (!end.isOpen()) return;
      if (!decoded.ok) return end.violation(decoded.violation);
      dispatch.frame(decoded.frame);
    }
    flows.pump();
    out.flush();
    pressure.check();
  };
  end.onShut((error) => {
    asks.failAll(error);
    pings.failAll(error);
    flows.failAll(error);
    pressure.close();
  });
  const link: PausedLink = {
    peer,
    tell: (to, message) => {
      if (!end.isOpen() || pressure.full()) return false;
      counters.messagesOut += 1;
      out.put(encodeEnvelope({ kind: 'tell', to, message }));
      return true;
    },
    ask: (to, message, timeoutMs) => {
      if (!end.isOpen()) return Promise.reject(end.error());
      if (pressure.full()) return Promise.reject(fullError(limits, peer.node));
      counters.messagesOut += 1;
      return asks.ask(to, message, timeoutMs);
    },
    open: (to, message, signal) => flows.open(to, message, signal),
    ping: (timeoutMs) => {
      if (!end.isOpen()) return Promise.reject(end.error());
      const sentAt = clock.now();
      return pings.begin(timeoutMs, (id) => send({ kind: 'ping', id })).then((at) => at - sentAt);
    },
    close: (code, text) => end.shut({ how: 'closed', code, text }, 'goodbye'),
    destroy: (reason) => end.destroy(reason),
    stats: () => ({
      ...counters,
      ...{ bytesOut: out.total(), streams: flows.size(), asks: asks.size(), queuedBytes: out.queued() },
    }),
    start: (handlers) => {
      if (begun) throw new Error('bug: the link was started twice');
      begun = true;
      dispatch.handlers(handlers);
      end.onGone(handlers.closed);
      take(early);
      connection.resume();
    },
  };
  const drained = (): void => {
    flows.pump();
    pressure.check();
  };
  return { link, data, drained, closed: end.gone };
}

const fullError = (limits: LinkLimits, node: string): LinkError =>
  new LinkError('overloaded', `${node} does not read: ${limits.sendQueueBytes} bytes wait for it`, { peer: node });
