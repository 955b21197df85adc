/**
 * Files of agents that client.keys does not have. Most are of agents that were removed while nobody looked. One goes when
 * it has stood unchanged for minutes in which client.keys was known for sure and did not have the agent; a file whose
 * name is no agent's is never touched.
 */
import { type Disk, type DiskStep, explain } from '@muster/tree';
import type { ManagerFault } from '../manager.ts';
import type { ManagerKeys } from '../manager-keys.ts';
import { stampOf } from './stamp.ts';
import type { ManagerClock } from './watched-names.ts';

/**
 * Longer than remoted takes to read client.keys anew, and than an operator takes to put back what he did not mean to lose;
 * and than the guard before many removals takes, of which `confirmAfterMs` is the half.
 */
export const strangersMsOf = (confirmAfterMs: number): number => Math.max(10 * 60_000, 2 * confirmAfterMs);
/** Between two looks at all of them. */
const sweepEveryMs = 60_000;
const longestMs = 3 * sweepEveryMs;
/** Files of one slice. */
const filesATurn = 1_000;

export interface StrangersOptions {
  readonly disk: Disk;
  readonly clock: Pick<ManagerClock, 'now'>;
  /** Milliseconds unchanged after which one goes; seen at most a minute later. */
  readonly staysMs: number;
  /** Absolute path of the flat directory. */
  readonly directory: string;
  readonly keys: Pick<ManagerKeys, 'doubts' | 'version'>;
  /** Whether the file of this name is of an agent of client.keys. */
  readonly isSomebodys: (name: string) => boolean;
  /** Whether it can be of an agent. */
  readonly isAgents: (name: string) => boolean;
  /** What else is known to be there, and its stamps: looked through when client.keys has changed. */
  readonly others?: () => Iterable<readonly [name: string, stamp: number]>;
  /** Of the file of this name, for people. */
  readonly fault: (name: string, code: string, text: string) => ManagerFault;
}

export interface Strangers {
  /** A file of nobody is there, as `stamp` says. False: it was known. */
  met(name: string, stamp: number): boolean;
  /** It is gone, or somebody's. */
  drop(name: string): void;
  names(): Iterable<string>;
  /** Takes away whose time is over: what went, and what could not. Costs nothing between two minutes. */
  sweep(): Promise<readonly ManagerFault[]>;
}

export function openStrangers(options: StrangersOptions): Strangers {
  const { disk, clock, staysMs, keys, isSomebodys, isAgents, others } = options;
  const known = new Map<string, { readonly stamp: number; sinceMs: number }>();
  let doubts = keys.doubts();
  let version = keys.version();
  let sweptMs = clock.now();

  const met = (name: string, stamp: number): boolean => {
    const before = known.get(name);
    if (before?.stamp !== stamp) known.set(name, { stamp, sinceMs: clock.now() });
    return before === undefined;
  };

  /** Of agents that are no more and whose removal did not come so far: it failed, or whoever was at it crashed. */
  const meetOthers = async (): Promise<void> => {
    if (others === undefined || version === keys.version()) return;
    version = keys.version();
    let left = filesATurn;
    for (const [name, stamp] of others()) {
      if (!isSomebodys(name)) met(name, stamp);
      if (--left > 0) continue;
      left = filesATurn;
      await disk.turn();
    }
  };

  return {
    met,
    drop: (name) => void known.delete(name),
    names: () => known.keys(),
    sweep: async () => {
      const now = clock.now();
      if (now - sweptMs < sweepEveryMs) return [];
      // After a longer pause nobody knows what client.keys was meanwhile.
      const isSure = doubts === keys.doubts() && now - sweptMs < longestMs;
      sweptMs = now;
      await meetOthers();
      doubts = keys.doubts();
      if (!isSure) for (const one of known.values()) one.sinceMs = now;
      const due = [...known].filter(([name, { sinceMs }]) => now - sinceMs >= staysMs && isAgents(name));
      const faults: ManagerFault[] = [];
      for (let at = 0; at < due.length; at += filesATurn) {
        // Whoever came while others went is somebody by now.
        const some = due.slice(at, at + filesATurn).filter(([name]) => !isSomebodys(name));
        faults.push(...(await takeAway(some, options, known)));
        await disk.turn();
      }
      return faults;
    },
  };
}

/** Those that are as they were met. */
async function takeAway(
  due: readonly (readonly [name: string, met: { readonly stamp: number }])[],
  { disk, directory, staysMs, fault }: StrangersOptions,
  known: Map<string, unknown>,
): Promise<readonly ManagerFault[]> {
  const pathOf = (name: string): string => `${directory}/${name}`;
  const stats = due.length === 0 ? [] : await disk.stat(due.map(([name]) => pathOf(name)));
  const same = due.flatMap(([name, { stamp }], index) => {
    const stat = stats[index]!;
    if ('kind' in stat && stat.kind === 'file' && stampOf(stat) === stamp) return name;
    // It went, or is met anew as it is now.
    known.delete(name);
    return [];
  });
  const steps = same.map((name): DiskStep => ({ do: 'unlink', path: pathOf(name) }));
  const outcomes = steps.length === 0 ? [] : await disk.steps(steps);
  return outcomes.map((outcome, index) => {
    const name = same[index]!;
    if (!outcome.ok)
      return fault(name, outcome.failure.code, `${nobodys}, and it stays: ${explain(outcome.failure.code)}`);
    known.delete(name);
    return fault(name, 'taken-away', takenAway(staysMs));
  });
}

const nobodys = 'it is of no agent in client.keys';
const takenAway = (staysMs: number): string =>
  `it was taken away: for ${minutes(staysMs)} client.keys did not have its agent, and nobody wrote it`;
/** For people. */
export const minutes = (ms: number): string => `${Math.ceil(ms / 60_000)} minutes`;
