/** Listening: the handshake as the acceptor sees it. The caps, deadlines and texts are those of the TLS transport's own gatekeeper. */
import { type Listening, linkLimits, type PeerIdentity, type Transport } from '@muster/link';
import { type Gatekeeper, gatekeeper, rejectionOf } from '@muster/link/testing';
import type { Host } from '../host.ts';
import { closeEnd, connectionOf, type End } from './end.ts';
import type { TransportOptions } from './network.ts';
import type { Kernel } from './pair.ts';
import { isBlocked, type Machine } from './paths.ts';
import { binderDoesNotVerify } from './system-errors.ts';

/** What a dialer brings. */
export interface Claim {
  readonly key: string;
  readonly identity: PeerIdentity;
  /** `10.0.0.7:32768`. */
  readonly address: string;
  /** What the handshake's arithmetic takes, ms. */
  readonly handshakeMs: number;
}

export interface Listener extends Listening {
  /** A connection came to its kernel. */
  knock(far: End, claim: Claim): void;
  /** Its process is dead: the kernel forgets who waited. */
  died(): void;
}

export type Handlers = Parameters<Transport['listen']>[0];

/** Where every machine's master listens. */
export const port = 1516;
/** How long a kernel keeps a connection whose dialer does not answer its greeting, ms. */
const backlogMs = 63_000;
/** Of a first flight, bytes. */
const helloBytes = 300;

export function openListener(
  kernel: Kernel,
  host: Host,
  machine: Machine,
  options: TransportOptions,
  handlers: Handlers,
  closed: () => void,
): Listener {
  const { timeline } = kernel;
  const { handshakeMs, connections, connectionsPerAddress: unprovenPerAddress } = options;
  const limits = { ...linkLimits, handshakeMs, connections, unprovenPerAddress };
  const clock = { now: timeline.now, after: (ms: number, fire: () => void) => host.after(ms, 'gate', fire) };
  const gate = gatekeeper(handlers.rejected, limits, clock);
  /** What the kernel has taken and the process has not. */
  const backlog = new Set<End>();
  const died = (): void => {
    closed();
    for (const far of [...backlog]) closeEnd(timeline, far);
  };
  const greet = (far: End, claim: Claim): void => {
    const socket = socketOf(far, claim.address, () => closeEnd(timeline, far));
    let accepted = false;
    const accept = (): void => {
      if (accepted) return;
      accepted = true;
      far.closing();
      kernel.owns(host, far);
      gate.arrived(asSocket(socket));
    };
    const turnAway = (): void => {
      const { address, identity } = claim;
      gate.failed(asSocket(socket), () => rejectionOf(binderDoesNotVerify(), address, identity.node));
      far.outgoing.signal('alert');
      closeEnd(timeline, far);
    };
    const hello = (): void => {
      socket.bytesRead = helloBytes;
      if (!host.effect('send')) return;
      if (claim.key !== options.key) return turnAway();
      computes(() => far.outgoing.signal('answer'));
    };
    const proven = (): void => {
      if (!gate.proven(asSocket(socket))) return closeEnd(timeline, far);
      far.stage = 'open';
      handlers.connection(connectionOf(timeline, far, claim.identity, claim.address));
    };
    /** Half of the arithmetic is done before the answer, half after the dialer's last step. */
    const computes = (done: () => void): void => {
      timeline.after(claim.handshakeMs / 2, 'computed', () => far.closed || done(), host);
    };
    far.greet = (step) => {
      accept();
      if (far.closed) return;
      if (step === 'hello') hello();
      if (step !== 'finished') return;
      far.stage = 'proving';
      computes(proven);
    };
  };
  return {
    address: machine.address,
    port,
    knock: (far, claim) => {
      far.host = host;
      backlog.add(far);
      const expire = timeline.after(backlogMs, 'backlog', () => closeEnd(timeline, far), host);
      far.closing = () => {
        expire();
        backlog.delete(far);
      };
      greet(far, claim);
      far.outgoing.signal('syn-ack');
      // The dialer's kernel answers by itself, whatever its process does.
      if (!isBlocked(far.outgoing.path)) far.incoming.signal('ack', far.outgoing.latency());
    },
    died,
    close: () => {
      gate.close();
      died();
      return Promise.resolve();
    },
  };
}

const asSocket = (socket: GateSocket) => socket as unknown as Parameters<Gatekeeper['arrived']>[0];

/** The part of a node socket that the gatekeeper uses. */
interface GateSocket {
  readonly remoteAddress: string;
  readonly remotePort: number;
  bytesRead: number;
  on(event: 'error', listener: () => void): void;
  once(event: 'close', listener: () => void): void;
  destroy(): void;
}

function socketOf(far: End, address: string, destroy: () => void): GateSocket {
  const at = address.lastIndexOf(':');
  return {
    remoteAddress: address.slice(0, at),
    remotePort: Number(address.slice(at + 1)),
    bytesRead: 0,
    on: () => {},
    once: (_, listener) => {
      far.gone = listener;
    },
    destroy,
  };
}
