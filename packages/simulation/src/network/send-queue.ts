/** What a process wrote and the system has not taken: a socket's queue before its window, with node's rules for `drain`. */
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import type { Cancel, Timeline } from '../timeline.ts';
import { openByteQueue } from './byte-queue.ts';
import type { NetworkFaults } from './network.ts';
import { isBlocked, type Path } from './paths.ts';
import { mostAtOnce, type Wire } from './wire.ts';

export interface SendQueue {
  write(bytes: Uint8Array): void;
  cork(): void;
  uncork(): void;
  /** An end follows what is queued. */
  end(): void;
  /** The end is with the kernel. */
  readonly ended: () => boolean;
  readonly buffered: () => number;
  /** The other process read so many bytes. */
  consumed(bytes: number): void;
  /** A path of the connection was blocked, or passes again. */
  pathChanged(): void;
  /** What the system has not taken is forgotten; no timer is left. */
  drop(): void;
}

export interface SendQueueDeps {
  readonly timeline: Timeline;
  readonly faults: NetworkFaults;
  readonly dice: Dice;
  readonly wire: Wire;
  /** The way of the acknowledgements. */
  readonly back: Path;
  readonly host: () => Host | undefined;
  /** Called right before bytes are given to the socket: false when the process is dead. */
  readonly give: (pieces: readonly Uint8Array[]) => boolean;
  /** So many bytes wait after a write. */
  readonly waits: (bytes: number) => void;
  readonly drained: () => void;
  /** The end was given to the kernel. */
  readonly finished: () => void;
  /** Nothing was acknowledged for a quarter of an hour. */
  readonly gaveUp: () => void;
}

/** What both kernels together take of one direction before the other process reads: sent, on the way, and received. */
export const windowBytes = 256 * 1024;
/** From here on node tells the writer to wait for `drain`. */
const highWaterBytes = 16 * 1024;
/** The system tells a writer that it may go on when this much is free. */
const wakeBytes = windowBytes / 2;
/** When TCP gives up on data that nobody acknowledges, ms: Linux's 15 retransmissions take about so long. */
export const giveUpMs = 15 * 60_000;

export function openSendQueue(deps: SendQueueDeps): SendQueue {
  const { timeline, faults, dice, wire, back } = deps;
  const queue = openByteQueue();
  /** Taken, and not known to be read by the other process. */
  let flying = 0;
  /** Read, and the acknowledgement waits for a healing. */
  let unheard = 0;
  let corked: Uint8Array[] = [];
  let corks = 0;
  let corkedBytes = 0;
  let ending = false;
  let ended = false;
  let needsDrain = false;
  let dropped = false;
  /** Which piece that must not be joined with others is the next. */
  let apart = 1;
  let wake: Cancel | undefined;
  let giveUp: Cancel | undefined;

  const hand = (pieces: readonly Uint8Array[]): void => {
    if (!deps.give(pieces)) return;
    for (const bytes of pieces) queue.add(bytes);
    if (queue.size() >= highWaterBytes) needsDrain = true;
    push();
    if (queue.size() > 0) deps.waits(queue.size());
    else if (needsDrain) wakeAfter(0);
  };
  /** Gives the kernel what its window takes. */
  const push = (): void => {
    while (queue.size() > 0 && flying < windowBytes) leave(Math.min(queue.size(), windowBytes - flying, mostAtOnce));
    if (ending && !ended && queue.size() === 0) finish();
    watch();
  };
  const finish = (): void => {
    ended = true;
    wire.signal('fin');
    deps.finished();
  };
  /** One piece leaves, of as many writes as fit into `most` bytes. */
  const leave = (most: number): void => {
    const cut = dice.chance(faults.split) && most > 1;
    let left = cut ? dice.int(1, most) : most;
    const at = wire.arrivalOf(left, 0);
    const group = cut ? apart++ : 0;
    flying += left;
    while (left > 0) {
      const bytes = queue.take(left);
      left -= bytes.byteLength;
      wire.carry(bytes, at, group);
    }
  };
  const wakeAfter = (delayMs: number): void => {
    if (!dropped) wake ??= timeline.after(delayMs, 'writable', writable, deps.host());
  };
  const writable = (): void => {
    wake = undefined;
    push();
    if (!needsDrain || ending || dropped || queue.size() > 0) return;
    needsDrain = false;
    deps.drained();
  };
  const acknowledged = (bytes: number): void => {
    flying -= bytes;
    if (queue.size() > 0 && windowBytes - flying >= wakeBytes) wakeAfter(wire.latency());
  };
  /** TCP's own patience runs while something is not acknowledged and cannot be. */
  const watch = (): void => {
    if (dropped) return;
    const stuck = flying > 0 && (isBlocked(wire.path) || isBlocked(back));
    if (stuck) giveUp ??= timeline.after(giveUpMs, 'gave up', deps.gaveUp, deps.host());
    else stopWatching();
  };
  const stopWatching = (): void => {
    giveUp?.();
    giveUp = undefined;
  };
  const uncork = (): void => {
    if (corks > 0) corks -= 1;
    if (corks > 0 || corked.length === 0) return;
    const pieces = corked;
    corked = [];
    corkedBytes = 0;
    hand(pieces);
  };
  return {
    write: (bytes) => {
      if (ending || dropped) return;
      if (corks === 0) return hand([bytes]);
      corked.push(bytes);
      corkedBytes += bytes.byteLength;
    },
    cork: () => {
      corks += 1;
    },
    uncork,
    end: () => {
      if (ending || dropped) return;
      if (corks > 0) corks = 1;
      uncork();
      if (dropped) return;
      ending = true;
      push();
    },
    ended: () => ended,
    buffered: () => queue.size() + corkedBytes,
    consumed: (bytes) => {
      if (dropped) return;
      if (!isBlocked(back)) return acknowledged(bytes);
      unheard += bytes;
      watch();
    },
    pathChanged: () => {
      if (dropped) return;
      if (unheard > 0 && !isBlocked(back)) {
        const heard = unheard;
        unheard = 0;
        acknowledged(heard);
      }
      watch();
    },
    drop: () => {
      dropped = true;
      queue.clear();
      corked = [];
      corkedBytes = 0;
      wake?.();
      wake = undefined;
      stopWatching();
    },
  };
}
