/**
 * One direction of one connection, from what a kernel took to what the other process reads. What is on it
 * arrives in order; what has not arrived when its path is blocked waits for the healing.
 */
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import type { Cancel, Timeline } from '../timeline.ts';
import type { NetworkFaults } from './network.ts';
import { isBlocked, type Path, type PathUser } from './paths.ts';

/** What passes beside bytes: the steps of a handshake, and the end. */
export type Signal = 'syn' | 'syn-ack' | 'ack' | 'hello' | 'answer' | 'alert' | 'finished' | 'fin' | 'reset';

export interface WireDeps {
  readonly timeline: Timeline;
  readonly faults: NetworkFaults;
  readonly path: Path;
  readonly dice: Dice;
  readonly to: Receiver;
  /** The path was blocked, or passes again. */
  readonly pathChanged: () => void;
}

/** What a wire leads to. */
export interface Receiver {
  /** Undefined: the kernel alone, before a process has the connection. */
  readonly owner: () => Host | undefined;
  /** What arrives may be handed over; else it waits, and what is behind it. */
  readonly reads: (kind: 'data' | Signal) => boolean;
  readonly data: (bytes: Buffer) => void;
  readonly signal: (signal: Signal) => void;
}

export interface Wire extends PathUser {
  readonly path: Path;
  /** Throws the dice for one piece: when its last byte arrives, ms, never before what was sent earlier. */
  arrivalOf(bytes: number, delayMs: number): number;
  /** Puts bytes on the way. They are joined on arrival only with those of the same `group`. */
  carry(bytes: Uint8Array, at: number, group: number): void;
  signal(signal: Signal, delayMs?: number): void;
  /** One way, ms. */
  latency(): number;
  /** The receiver may read (again). */
  poke(): void;
  /** Bytes that arrived and that the receiver has not read. */
  unread(): number;
  /** A reset arrived that the receiver has not read. */
  broken(): boolean;
  /** The receiver is gone. `late` is called once, when the first of what comes later arrives. */
  shut(late: (kind: 'data' | Signal) => void): void;
}

interface Segment {
  readonly kind: 'data' | Signal;
  readonly bytes: Uint8Array;
  readonly group: number;
  at: number;
}

/** The most that one call of `data` gets, as node reads. */
export const mostAtOnce = 64 * 1024;
/** The longest that a retransmission comes after a healing, ms; never longer than the outage was. */
const mostRetransmitMs = 2_000;
/** Times are sums of fractions: this much early is on time, ms. */
const roundingMs = 1e-6;
const none = new Uint8Array(0);

export function openWire({ timeline, faults, path, dice, to, pathChanged }: WireDeps): Wire {
  let segments: Segment[] = [];
  let head = 0;
  /** When the line is free for the next byte, and when the last piece arrives, ms. */
  let lineFree = 0;
  let last = 0;
  let armed: Cancel | undefined;
  let severed = false;
  let late: ((kind: 'data' | Signal) => void) | undefined;
  let missed: 'data' | Signal | undefined;

  const latency = (): number => dice.between(faults.latency.minMs, faults.latency.maxMs);
  const arrivalOf = (bytes: number, delayMs: number): number => {
    lineFree = Math.max(timeline.now(), lineFree) + bytes / faults.bandwidth;
    const held = dice.chance(faults.stall) ? faults.stallMs : 0;
    last = Math.max(last, lineFree + latency() + held + delayMs);
    return last;
  };
  const arrived = ({ at }: Segment): boolean => at <= timeline.now() + roundingMs && at < path.blockedSince;
  const add = (segment: Segment): void => {
    if (severed) return;
    if (late !== undefined) return tooLate(segment.kind);
    segments.push(segment);
    arm();
  };
  const tooLate = (kind: 'data' | Signal): void => {
    if (isBlocked(path)) missed ??= kind;
    else late?.(kind);
  };
  const shift = (): Segment => {
    const segment = segments[head++]!;
    if (head === segments.length) {
      segments = [];
      head = 0;
    }
    return segment;
  };
  const arm = (): void => {
    const next = segments[head];
    if (armed !== undefined || next === undefined || !to.reads(next.kind)) return;
    if (isBlocked(path) && !arrived(next)) return;
    armed = timeline.after(next.at - timeline.now(), next.kind, fire, to.owner());
  };
  const disarm = (): void => {
    armed?.();
    armed = undefined;
  };
  const fire = (): void => {
    armed = undefined;
    if (wokeJustNow(to.owner(), timeline.now())) {
      // A process that stood still runs its timers before it reads, as node's loop does.
      armed = timeline.after(0, 'woke', arrive, to.owner());
      return;
    }
    arrive();
  };
  const arrive = (): void => {
    armed = undefined;
    const next = segments[head];
    if (next === undefined || !to.reads(next.kind)) return;
    if (arrived(next)) {
      if (next.kind === 'data') to.data(read());
      else to.signal(shift().kind as Signal);
    }
    arm();
  };
  /** The one copy of what was written: the receiver may do with it what it likes. */
  const read = (): Buffer => {
    const first = shift();
    let next = segments[head];
    if (next === undefined || !joins(first, next, first.bytes.byteLength)) return Buffer.from(first.bytes);
    const parts = [first.bytes];
    let bytes = first.bytes.byteLength;
    for (; next !== undefined && joins(first, next, bytes); next = segments[head]) {
      parts.push(shift().bytes);
      bytes += next.bytes.byteLength;
    }
    return Buffer.concat(parts, bytes);
  };
  const joins = (first: Segment, next: Segment, bytes: number): boolean =>
    next.kind === 'data' && next.group === first.group && bytes + next.bytes.byteLength <= mostAtOnce && arrived(next);
  const keepArrived = (): readonly Segment[] => {
    const kept = segments.slice(head).filter(arrived);
    const lost = segments.slice(head + kept.length);
    segments = kept;
    head = 0;
    disarm();
    return lost;
  };
  const retransmit = (since: number): void => {
    const now = timeline.now();
    lineFree = now + dice.between(0, Math.min(now - since, mostRetransmitMs));
    last = now;
    for (let at = head; at < segments.length; at++) {
      const segment = segments[at]!;
      if (segment.at >= since) segment.at = arrivalOf(segment.bytes.byteLength, 0);
    }
    disarm();
    arm();
  };
  return {
    path,
    arrivalOf,
    latency,
    carry: (bytes, at, group) => add({ kind: 'data', bytes, at, group }),
    signal: (kind, delayMs = 0) => add({ kind, bytes: none, at: arrivalOf(0, delayMs), group: 0 }),
    poke: arm,
    unread: () => {
      let bytes = 0;
      for (let at = head; at < segments.length && arrived(segments[at]!); at++) bytes += segments[at]!.bytes.byteLength;
      return bytes;
    },
    broken: () => {
      const end = segments.at(-1);
      return end !== undefined && end.kind === 'reset' && arrived(end);
    },
    shut: (given) => {
      late = given;
      const [first] = keepArrived();
      segments = [];
      if (first !== undefined) tooLate(first.kind);
    },
    lose: () => {
      keepArrived();
      arm();
    },
    sever: () => {
      if (late !== undefined || severed) return;
      const lost = keepArrived().filter(({ kind }) => kind === 'data');
      let left = dice.int(
        0,
        lost.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
      );
      last = timeline.now();
      for (const segment of lost) {
        if (left > 0) segments.push({ ...segment, bytes: segment.bytes.subarray(0, left) });
        if (left > 0) last = segment.at;
        left -= segment.bytes.byteLength;
      }
      segments.push({ kind: 'reset', bytes: none, at: arrivalOf(0, 0), group: 0 });
      severed = true;
      arm();
    },
    blocked: pathChanged,
    healed: (since) => {
      if (late === undefined) retransmit(since);
      else if (missed !== undefined) late(missed);
      missed = undefined;
      pathChanged();
    },
  };
}

const wokeJustNow = (host: Host | undefined, now: number): boolean => host !== undefined && host.pausedUntil() === now;
