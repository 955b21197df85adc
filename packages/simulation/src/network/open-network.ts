/** A network of simulated machines. Everything that arrives is a happening of the process that it arrives at. */

import { isClusterName, LinkError, type Listening, type PeerIdentity } from '@muster/link';
import { isNodeName } from '@muster/protocol';
import type { Dice } from '../dice.ts';
import type { Sent } from '../happenings.ts';
import type { Host } from '../host.ts';
import type { Timeline } from '../timeline.ts';
import { dial } from './dialer.ts';
import { closeEnd, type End, loseEnd } from './end.ts';
import { type Handlers, type Listener, openListener, port } from './listener.ts';
import type { Network, NetworkFaults, TransportOptions } from './network.ts';
import type { Kernel } from './pair.ts';
import { type Machine, openPaths, type Path } from './paths.ts';

/** A gigabit within one room. */
const quietNetwork = (): NetworkFaults => ({
  latency: { minMs: 0.1, maxMs: 0.5 },
  bandwidth: 125_000,
  stall: 0,
  stallMs: 200,
  refuse: 0,
  silent: 0,
  handshake: { minMs: 1, maxMs: 3 },
  split: 0,
});

/** Machines come into being when they are first named, with power and with nobody who listens. */
export function openNetwork(timeline: Timeline, dice: Dice): Network {
  const faults = quietNetwork();
  const paths = openPaths(timeline.now);
  const processes = new Map<Host, Set<End>>();
  const listeners = new Map<Machine, { readonly host: Host; readonly listener: Listener }>();
  const most = new Map<string, number>();
  let told: ((sent: Sent) => void) | undefined;

  const owns = (host: Host, end: End): void => {
    const ends = processes.get(host);
    ends?.add(end);
    end.closing = () => void ends?.delete(end);
  };
  const kernel: Kernel = {
    timeline,
    dice,
    faults,
    paths,
    owns,
    sent: (from, to, bytes) => told?.({ from, to, bytes }),
    waits: (machine, bytes) => {
      if (bytes > (most.get(machine) ?? 0)) most.set(machine, bytes);
    },
  };

  /** A process that uses the network for the first time. */
  const enter = (host: Host): void => {
    if (processes.has(host) || !host.alive()) return;
    paths.powerOn(paths.machine(host.node));
    processes.set(host, new Set());
    host.onDeath(() => processDied(host));
  };
  const listenerGone = (host: Host): void => {
    const bound = listeners.get(paths.machine(host.node));
    if (bound?.host === host) bound.listener.died();
  };
  const processDied = (host: Host): void => {
    const ends = processes.get(host);
    processes.delete(host);
    listenerGone(host);
    for (const end of [...(ends ?? [])]) closeEnd(timeline, end);
  };
  const listen = (host: Host, options: TransportOptions, handlers: Handlers): Promise<Listening> => {
    const machine = paths.machine(host.node);
    if (options.master !== undefined)
      return Promise.reject(new LinkError('bad-option', 'this transport has no address to listen on'));
    if (listeners.has(machine)) {
      const text = `cannot listen on ${machine.address}:${port}: another process listens there: stop it, or change the port`;
      return Promise.reject(new LinkError('in-use', text));
    }
    const listener = openListener(kernel, host, machine, options, handlers, () => {
      if (listeners.get(machine)?.listener === listener) listeners.delete(machine);
    });
    listeners.set(machine, { host, listener });
    return new Promise((resolve) => timeline.after(0, 'listens', () => resolve(listener), host));
  };
  const vanish = (node: string): void => {
    const machine = paths.machine(node);
    paths.powerOff(machine);
    for (const [host, ends] of processes) if (host.node === node) for (const end of [...ends]) loseEnd(timeline, end);
    for (const path of paths.from(machine)) for (const wire of path.users) wire.lose();
  };
  const both = (one: string, other: string): readonly Path[] => {
    const [a, b] = [paths.machine(one), paths.machine(other)];
    return [paths.between(a, b), paths.between(b, a)];
  };
  const block = (blocked: readonly Path[]): (() => void) => {
    let left = blocked;
    for (const path of blocked) paths.block(path);
    return () => {
      const healed = left;
      left = [];
      for (const path of healed) paths.unblock(path);
    };
  };
  return {
    transport: (host, options) => {
      refuseBadIdentity(options.identity);
      enter(host);
      return {
        listen: (handlers) => listen(host, options, handlers),
        dial: (signal) => dial(kernel, (machine) => listeners.get(machine)?.listener, host, options, signal),
      };
    },
    partition: (left, right) =>
      block(left.flatMap((one) => right.filter((other) => other !== one).flatMap((other) => both(one, other)))),
    oneWay: (from, to) => block(both(from, to).slice(0, 1)),
    reset: (one, other) => {
      const wires = both(one, other).flatMap(({ users }) => [...users]);
      for (const wire of wires) wire.sever();
    },
    vanish,
    processDied,
    faults,
    open: (host) => processes.get(host)?.size ?? 0,
    mostBuffered: (node) => most.get(node) ?? 0,
    onSent: (listener) => {
      told = listener;
    },
  };
}

/** As the TLS transport does, whose handshake could not carry it. */
function refuseBadIdentity({ cluster, node }: PeerIdentity): void {
  if (!isNodeName(node) || !isClusterName(cluster))
    throw new LinkError('bad-option', `"${node}" in cluster "${cluster}" cannot be proven`);
}
