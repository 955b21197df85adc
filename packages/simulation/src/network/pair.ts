/** Makes the two ends of a connection and the wires between them. */
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import type { Timeline } from '../timeline.ts';
import { closeEnd, type End, gaveUp, openEnd } from './end.ts';
import type { NetworkFaults } from './network.ts';
import type { Machine, Paths } from './paths.ts';
import { openSendQueue } from './send-queue.ts';
import { openWire } from './wire.ts';

/** What all parts of one network share. */
export interface Kernel {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly faults: NetworkFaults;
  readonly paths: Paths;
  /** Bytes are given to a connection. */
  readonly sent: (from: string, to: string, bytes: Uint8Array) => void;
  /** So many bytes wait in one connection of the machine. */
  readonly waits: (machine: string, bytes: number) => void;
  /** The process has this end from now on. */
  readonly owns: (host: Host, end: End) => void;
}

export interface Pair {
  readonly near: End;
  /** No process has it yet. */
  readonly far: End;
  /** `10.0.0.7:32768`, of the near end. */
  readonly address: string;
  /** Of this connection. */
  readonly dice: Dice;
}

/** `near` is the dialer's. Nothing passes yet. */
export function openPair(kernel: Kernel, host: Host, from: Machine, to: Machine): Pair {
  const address = `${from.address}:${from.nextPort++}`;
  const near = openEnd(kernel.timeline, from, host);
  const far = openEnd(kernel.timeline, to, undefined);
  near.other = far;
  far.other = near;
  const dice = kernel.dice.fork(address);
  const pathChanged = (): void => {
    near.queue.pathChanged();
    far.queue.pathChanged();
  };
  lay(kernel, near, dice.fork('there'), pathChanged);
  lay(kernel, far, dice.fork('back'), pathChanged);
  near.queue = queueOf(kernel, near, dice.fork('near'));
  far.queue = queueOf(kernel, far, dice.fork('far'));
  kernel.owns(host, near);
  return { near, far, address, dice };
}

/** The wire from `end` to the other. */
function lay({ timeline, faults, paths }: Kernel, end: End, dice: Dice, pathChanged: () => void): void {
  const path = paths.between(end.machine, end.other.machine);
  end.outgoing = openWire({ timeline, faults, path, dice, to: end.other, pathChanged });
  end.other.incoming = end.outgoing;
  path.users.add(end.outgoing);
}

function queueOf({ timeline, faults, sent, waits }: Kernel, end: End, dice: Dice): End['queue'] {
  const from = end.machine.name;
  const to = end.other.machine.name;
  return openSendQueue({
    timeline,
    faults,
    dice,
    wire: end.outgoing,
    back: end.incoming.path,
    host: end.owner,
    give: (pieces) => {
      if (end.host?.effect('send') !== true) return false;
      for (const bytes of pieces) sent(from, to, bytes);
      return true;
    },
    waits: (bytes) => waits(from, bytes),
    drained: () => end.handlers?.drained(),
    finished: () => {
      if (end.finished) closeEnd(timeline, end);
    },
    gaveUp: () => gaveUp(timeline, end),
  });
}
