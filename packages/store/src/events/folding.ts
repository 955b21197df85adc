/**
 * Keeps what repeats from filling the journal: the first of a kind at a subject is a row at once, those that follow
 * within 10 s are counted and become one. As long as it goes on the time doubles, up to 5 minutes. And of one kind
 * there are 200 rows, then 10 a minute, however many subjects there are: what is beyond is counted and told once a
 * minute. So a kind that comes all the time needs 16 hours, not minutes, to push out what was before.
 */
import type { EventKind } from '@muster/protocol';
import type { Happening } from './row.ts';

export const foldingLimits = {
  windowMs: 10_000,
  maxWindowMs: 300_000,
  /** Pairs of kind and subject that are watched at once; the others are not folded. */
  maxPairs: 1_024,
  /** Rows of one kind at once, and from then on, ms for each. */
  burst: 200,
  rowEveryMs: 6_000,
  tellEveryMs: 60_000,
} as const;

export interface Folding {
  /** The rows that come of it now; often itself, or none. `now`: ms, monotonic. */
  take(event: Happening, now: number): readonly Happening[];
  /** The rows whose time has come. To be called every `windowMs` while `waits()`. */
  due(now: number): readonly Happening[];
  /** Everything that is counted and was not told. */
  end(now: number): readonly Happening[];
  waits(): boolean;
}

interface Window {
  readonly since: number;
  readonly lengthMs: number;
  readonly last: Happening;
  /** When the first of `more` came, and the last. */
  readonly from: number;
  readonly until: number;
  /** Beside the first. */
  readonly more: number;
}

interface Budget {
  readonly tokens: number;
  readonly at: number;
  readonly omitted: number;
  readonly last?: Happening | undefined;
  readonly toldAt: number;
}

export function openFolding(limits: typeof foldingLimits = foldingLimits): Folding {
  const windows = new Map<string, Window>();
  const budgets = new Map<EventKind, Budget>();
  /** The row itself while its kind has any left. */
  const pass = (row: Happening, now: number): readonly Happening[] => {
    const known = budgets.get(row.kind) ?? { tokens: limits.burst, at: now, omitted: 0, toldAt: now };
    const tokens = Math.min(limits.burst, known.tokens + (now - known.at) / limits.rowEveryMs);
    if (tokens >= 1) {
      budgets.set(row.kind, { ...known, tokens: tokens - 1, at: now });
      return [row];
    }
    const toldAt = known.omitted === 0 ? now : known.toldAt;
    budgets.set(row.kind, { tokens, at: now, omitted: known.omitted + (row.times ?? 1), last: row, toldAt });
    return [];
  };
  /** What was counted is told, and counted for longer from now on; where nothing was, it is over. */
  const closed = (key: string, window: Window, now: number): readonly Happening[] => {
    windows.delete(key);
    if (window.more === 0) return [];
    windows.set(key, { ...window, since: now, lengthMs: Math.min(window.lengthMs * 2, limits.maxWindowMs), more: 0 });
    return pass(counted(window), now);
  };
  const tell = (isDue: (budget: Budget) => boolean, now: number): readonly Happening[] =>
    [...budgets].flatMap(([kind, budget]) => {
      if (budget.omitted === 0 || budget.last === undefined || !isDue(budget)) return [];
      budgets.set(kind, { ...budget, omitted: 0, last: undefined, toldAt: now });
      return [omission(kind, budget.omitted, budget.last)];
    });
  return {
    take: (event, now) => {
      const key = `${event.kind} ${event.subject}`;
      const known = windows.get(key);
      const before = known !== undefined && isOver(known, now) ? closed(key, known, now) : [];
      const window = windows.get(key);
      if (window !== undefined) {
        const from = window.more === 0 ? now : window.from;
        windows.set(key, { ...window, last: event, from, until: now, more: window.more + 1 });
        return before;
      }
      if (windows.size < limits.maxPairs)
        windows.set(key, { since: now, lengthMs: limits.windowMs, last: event, from: now, until: now, more: 0 });
      return pass(event, now);
    },
    due: (now) => {
      const over = [...windows].filter(([, window]) => isOver(window, now));
      const rows = over.flatMap(([key, window]) => closed(key, window, now));
      return [...rows, ...tell(({ toldAt }) => now - toldAt >= limits.tellEveryMs, now)];
    },
    end: (now) => {
      const rows = [...windows.values()].flatMap((window) => (window.more === 0 ? [] : pass(counted(window), now)));
      windows.clear();
      return [...rows, ...tell(() => true, now)];
    },
    waits: () => windows.size > 0 || [...budgets.values()].some(({ omitted }) => omitted > 0),
  };
}

const isOver = ({ since, lengthMs }: Window, now: number): boolean => now - since >= lengthMs;

/** The time is that from the first to the last of them: the window may have been looked at long after. */
const counted = ({ last, more, from, until }: Window): Happening => ({
  ...last,
  text:
    more === 1
      ? last.text
      : `${more} times in ${Math.max(1, Math.round((until - from) / 1_000))} s, the last: ${last.text}`,
  ...(more === 1 ? {} : { times: more }),
});

const omission = (kind: EventKind, count: number, { subject, text, atMs }: Happening): Happening => ({
  kind: 'omitted',
  subject: kind,
  text: `${count === 1 ? 'One more event' : `${count} more events`} of the kind ${kind} ${count === 1 ? 'was' : 'were'} left out, the last: ${subject}: ${text}`,
  atMs,
  times: count,
});
