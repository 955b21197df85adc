/** Two machines and more, with a process each, on one network. */
import type { Connection, LinkError, PeerIdentity, Rejection } from '@muster/link';
import type { NodeName } from '@muster/protocol';
import { openDice } from '../../src/dice.ts';
import { type Host, openHost } from '../../src/host.ts';
import { type Network, openNetwork, type TransportOptions } from '../../src/network/index.ts';
import { openTimeline, type Timeline } from '../../src/timeline.ts';
import { openTrace, type Trace } from '../../src/trace.ts';

export const never = new AbortController().signal;
export const identityOf = (node: string, role: PeerIdentity['role'] = 'worker'): PeerIdentity => ({
  cluster: 'alpha',
  node: node as NodeName,
  role,
});
export const optionsOf = (node: string, more: Partial<TransportOptions> = {}): TransportOptions => ({
  identity: identityOf(node, node === 'main' ? 'master' : 'worker'),
  key: 'the key',
  ...(node === 'main' ? {} : { master: 'main' }),
  handshakeMs: 5_000,
  connections: 512,
  connectionsPerAddress: 10,
  ...more,
});

/** What one end has seen. */
export interface Seen {
  readonly connection: Connection;
  readonly pieces: Uint8Array[];
  bytes: number;
  drained: number;
  closed: number;
  error: (Error & { code?: string }) | undefined;
}

export function observe(connection: Connection): Seen {
  const seen: Seen = { connection, pieces: [], bytes: 0, drained: 0, closed: 0, error: undefined };
  connection.listen({
    data: (bytes) => {
      seen.pieces.push(bytes);
      seen.bytes += bytes.byteLength;
    },
    drained: () => {
      seen.drained += 1;
    },
    closed: (error) => {
      seen.closed += 1;
      seen.error = error;
    },
  });
  return seen;
}

export const textOf = ({ pieces }: Seen): string => Buffer.concat(pieces).toString('latin1');
export const utf8 = (text: string): Uint8Array => Buffer.from(text);

export interface Rig {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly network: Network;
  host(node: string, incarnation?: number): Host;
  /** Until nothing is left to happen, or so many ms are over. */
  run(forMs?: number): Promise<void>;
  /** The master's listener; what it accepted and turned away. */
  readonly accepted: Connection[];
  readonly rejected: Rejection[];
  listen(host: Host, more?: Partial<TransportOptions>): void;
  dial(host: Host, more?: Partial<TransportOptions>, signal?: AbortSignal): Dialed;
}

export interface Dialed {
  connection: Connection | undefined;
  error: LinkError | undefined;
  /** When it was settled, ms. */
  at: number;
}

export function openRig(seed = 1): Rig {
  const dice = openDice(seed);
  const trace = openTrace(100);
  const timeline = openTimeline(dice.fork('time'), trace);
  const network = openNetwork(timeline, dice.fork('network'));
  const accepted: Connection[] = [];
  const rejected: Rejection[] = [];
  return {
    timeline,
    trace,
    network,
    accepted,
    rejected,
    host: (node, incarnation = 1) => openHost(timeline, node, incarnation),
    run: (forMs) => {
      let over = false;
      if (forMs !== undefined) timeline.after(forMs, 'end', () => (over = true));
      return timeline.drive(() => over);
    },
    listen: (host, more = {}) => {
      void network
        .transport(host, optionsOf('main', more))
        .listen({ connection: (one) => accepted.push(one), rejected: (one) => rejected.push(one) });
    },
    dial: (host, more = {}, signal = never) => {
      const dialed: Dialed = { connection: undefined, error: undefined, at: -1 };
      network
        .transport(host, optionsOf(host.node, { master: 'main', ...more }))
        .dial(signal)
        .then(
          (connection) => {
            dialed.connection = connection;
            dialed.at = timeline.now();
          },
          (error: LinkError) => {
            dialed.error = error;
            dialed.at = timeline.now();
          },
        );
      return dialed;
    },
  };
}

export interface Linked extends Rig {
  readonly main: Host;
  readonly worker: Host;
  readonly near: Seen;
  readonly far: Seen;
}

/** A worker that is connected with the master. */
export async function linked(seed = 1): Promise<Linked> {
  const rig = openRig(seed);
  const main = rig.host('main');
  const worker = rig.host('w1');
  rig.listen(main);
  const dialed = rig.dial(worker);
  await rig.run(1_000);
  return { ...rig, main, worker, near: observe(dialed.connection!), far: observe(rig.accepted[0]!) };
}
