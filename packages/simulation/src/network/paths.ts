/** Machines, and the ways between them, which may be blocked. */

export interface Machine {
  readonly name: string;
  /** `10.0.0.N`: N in the order in which machines were first named. */
  readonly address: string;
  /** The next port that a dialer gets. */
  nextPort: number;
  /** The ways that are blocked because it has no power; undefined while it has. */
  cut: Path[] | undefined;
}

/** One direction between two machines. */
export interface Path {
  readonly from: Machine;
  readonly to: Machine;
  /** By how many faults at once. */
  blocks: number;
  /** Since when nothing passes, ms; `Infinity` while all passes. What arrived before is with the other kernel. */
  blockedSince: number;
  /** In the order in which the connections were made. */
  readonly users: Set<PathUser>;
}

/** One direction of one connection. */
export interface PathUser {
  blocked(): void;
  /** `since`: when it was blocked, ms. */
  healed(since: number): void;
  /** What has not arrived never will. */
  lose(): void;
  /** Of what is on the way some arrives, cut at any byte, then a reset; nothing after it. */
  sever(): void;
}

export interface Paths {
  machine(name: string): Machine;
  between(from: Machine, to: Machine): Path;
  /** Every known way from it. */
  from(machine: Machine): Iterable<Path>;
  block(path: Path): void;
  unblock(path: Path): void;
  /** Blocks every way to and from the machine, also those that are not known yet. */
  powerOff(machine: Machine): void;
  powerOn(machine: Machine): void;
}

const firstPort = 32_768;

/** Nothing passes at the moment. */
export const isBlocked = (path: Path): boolean => path.blocks > 0;

export function openPaths(now: () => number): Paths {
  const machines = new Map<string, Machine>();
  const ways = new Map<Machine, Map<Machine, Path>>();
  const machine = (name: string): Machine => {
    const known = machines.get(name);
    if (known !== undefined) return known;
    const made: Machine = { name, address: addressOf(machines.size + 1), nextPort: firstPort, cut: undefined };
    machines.set(name, made);
    ways.set(made, new Map());
    return made;
  };
  const between = (from: Machine, to: Machine): Path => {
    const known = ways.get(from)!.get(to);
    if (known !== undefined) return known;
    const path: Path = { from, to, blocks: 0, blockedSince: Number.POSITIVE_INFINITY, users: new Set() };
    ways.get(from)!.set(to, path);
    for (const end of [from, to]) cut(end, path);
    return path;
  };
  const block = (path: Path): void => {
    path.blocks += 1;
    if (path.blocks > 1) return;
    path.blockedSince = now();
    for (const user of [...path.users]) user.blocked();
  };
  const unblock = (path: Path): void => {
    path.blocks -= 1;
    if (path.blocks > 0) return;
    const since = path.blockedSince;
    path.blockedSince = Number.POSITIVE_INFINITY;
    for (const user of [...path.users]) user.healed(since);
  };
  const cut = (off: Machine, path: Path): void => {
    if (off.cut === undefined || off.cut.includes(path)) return;
    off.cut.push(path);
    block(path);
  };
  return {
    machine,
    between,
    from: (one) => ways.get(one)!.values(),
    block,
    unblock,
    powerOff: (off) => {
      if (off.cut !== undefined) return;
      off.cut = [];
      for (const other of machines.values()) {
        if (other === off) continue;
        cut(off, between(off, other));
        cut(off, between(other, off));
      }
    },
    powerOn: (on) => {
      const paths = on.cut ?? [];
      on.cut = undefined;
      for (const path of paths) unblock(path);
    },
  };
}

const addressOf = (number: number): string => `10.0.${number >> 8}.${number & 0xff}`;
