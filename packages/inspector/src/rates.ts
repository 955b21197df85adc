/** What actors did between two looks at the tree. Pure. */
import type { ActorRow } from '@muster/control';
import type { SortKey } from './language/command.ts';

/** The tree at one time; `atMs` on any monotonic scale. */
export interface Look {
  readonly atMs: number;
  readonly actors: readonly ActorRow[];
}

export interface ActorRate {
  readonly path: string;
  readonly state: string;
  readonly mailbox: number;
  readonly restarts: number;
  readonly processed: number;
  /** Messages handled a second, and the share of the time spent on it, 0 to 1. Undefined: it was looked at once only. */
  readonly perSecond: number | undefined;
  readonly busy: number | undefined;
}

/** Supervisors are left out: they handle nothing. An actor whose counts began anew is counted from 0. */
export function ratesOf(before: Look | undefined, after: Look): readonly ActorRate[] {
  const past = new Map(before?.actors.map((actor) => [actor.path, actor]));
  const seconds = before === undefined ? 0 : (after.atMs - before.atMs) / 1_000;
  return after.actors
    .filter(({ kind }) => kind === 'actor')
    .map((actor) => {
      const then = past.get(actor.path);
      const begunAnew = then === undefined || then.processed > actor.processed || then.busyMs > actor.busyMs;
      const [processed, busyMs] = begunAnew ? [0, 0] : [then.processed, then.busyMs];
      const known = seconds > 0;
      const { path, state, mailbox, restarts } = actor;
      return {
        ...{ path, state, mailbox, restarts, processed: actor.processed },
        perSecond: known ? (actor.processed - processed) / seconds : undefined,
        busy: known ? Math.min(1, (actor.busyMs - busyMs) / 1_000 / seconds) : undefined,
      };
    });
}

/** The most first; equals by path. */
export function sorted(rates: readonly ActorRate[], key: SortKey): readonly ActorRate[] {
  return [...rates].sort((a, b) => rank(b, key) - rank(a, key) || (a.path < b.path ? -1 : 1));
}

function rank(rate: ActorRate, key: SortKey): number {
  switch (key) {
    case 'mailbox':
      return rate.mailbox;
    case 'rate':
      return rate.perSecond ?? rate.processed;
    case 'busy':
      return rate.busy ?? 0;
    case 'restarts':
      return rate.restarts;
    case 'path':
      return 0;
  }
}
