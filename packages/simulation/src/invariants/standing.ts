/** What the master says of its workers' last work: no piece of it ends before it began, and no date runs back while the worker's process lives. */
import type { Healthcheck, HealthcheckRow } from '@muster/protocol';
import type { ProcessChange } from '../happenings.ts';
import type { World } from '../world/world.ts';
import { seconds } from './contents.ts';
import { rowOf } from './rows.ts';

export interface StandingShown {
  process(change: ProcessChange): void;
  seen(view: Healthcheck): void;
}

/** Ages are of when a worker answered, and its answer may be on its way for so long: an ask takes 0.8 s at most; ms. */
const onTheWayMs = 1_000;

interface Dates {
  readonly startAt: number;
  readonly endAt: number;
}

const kinds = ['checked', 'synced', 'agentInfo', 'agentGroups', 'agentGroupsFull'] as const;

export function openStandingShown({ master, timeline, violate }: World): StandingShown {
  /** By worker and kind, as last shown of its process. */
  const shown = new Map<string, Map<string, Dates>>();
  /** What the master has of a worker's process that is gone: it may show that until the next one answers. */
  const spoiled = new Set<string>();

  const seenOf = ({ name, work, staleMs }: HealthcheckRow): void => {
    if (work === undefined || (spoiled.has(name) && staleMs !== undefined)) return;
    spoiled.delete(name);
    for (const kind of kinds) {
      const span = work[kind];
      if (span === undefined) continue;
      const dates = { startAt: timeline.now() - span.startAgoMs, endAt: timeline.now() - span.endAgoMs };
      const before = rowOf(shown, name, () => new Map<string, Dates>()).get(kind);
      shown.get(name)?.set(kind, dates);
      if (dates.startAt > dates.endAt)
        violate(
          'standing',
          `${kind} of ${name} ended at ${seconds(dates.endAt)} and began at ${seconds(dates.startAt)}`,
        );
      if (before === undefined) continue;
      for (const date of ['startAt', 'endAt'] as const)
        if (dates[date] < before[date] - onTheWayMs)
          violate(
            'standing',
            `${date} of ${kind} of ${name} was ${seconds(before[date])} and is ${seconds(dates[date])}`,
          );
    }
  };

  return {
    process: ({ node, what }) => {
      // Whoever stands still reads and hears late: ages of then are too young by as much.
      if (node === master.name) return shown.clear();
      shown.delete(node);
      if (what !== 'paused') spoiled.add(node);
    },
    seen: ({ rows }) => {
      if (rows.some(({ role }, at) => (role === 'master') !== (at === 0)))
        violate('standing', `the master is not the first of ${rows.map(({ name }) => name).join(', ')}`);
      rows.forEach(seenOf);
    },
  };
}
