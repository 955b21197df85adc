/** From "something differs" to equal: by ranges, as few round trips and rows as the difference is small. */
import {
  allIds,
  type GroupRow,
  type Groups,
  type GroupsChecked,
  type IdRange,
  isBucket,
  MAX_RANGE_PARTS,
  type RangePart,
} from '@muster/protocol';
import { type GroupsView, sameGroups } from '../digested.ts';
import { unpackRows } from '../packing.ts';
import type { Repair } from './state.ts';

/** A range in which we hold no more is fetched: another comparison costs as much. */
const fewRows = 256;

export const firstRepair = (held: GroupsView): Repair => ({
  compare: held.split(allIds, MAX_RANGE_PARTS),
  fetch: [],
  fetched: 0,
});

/** Those of `compare` that one message asks of. */
export const nextParts = (compare: readonly IdRange[]): readonly IdRange[] => compare.slice(0, MAX_RANGE_PARTS);

export const partsOf = (ranges: readonly IdRange[], held: GroupsView): readonly RangePart[] =>
  ranges.map(({ from, to }) => [from, to, [...held.sumOf({ from, to })]]);

/** What is left after `ranges`, the first of `repair.compare`, were compared. Undefined: that is no answer to what was asked. */
export function afterCompared(
  repair: Repair,
  ranges: readonly IdRange[],
  { version, differing }: GroupsChecked,
  held: GroupsView,
): Repair | undefined {
  if (new Set(differing).size !== differing.length || differing.some((i) => i >= ranges.length)) return undefined;
  const compare: IdRange[] = repair.compare.slice(ranges.length);
  const fetch: IdRange[] = [...repair.fetch];
  const parts = Math.max(2, Math.floor(MAX_RANGE_PARTS / Math.max(1, differing.length)));
  for (const i of differing) {
    const range = ranges[i]!;
    if (isBucket(range) || held.sumOf(range)[0] <= fewRows) fetch.push(range);
    else compare.push(...held.split(range, parts));
  }
  return { ...repair, version: repair.version ?? version, compare, fetch: compare.length > 0 ? fetch : joined(fetch) };
}

/** In order, neighbours as one. */
function joined(ranges: readonly IdRange[]): readonly IdRange[] {
  const result: IdRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && last.to + 1 === range.from) result[result.length - 1] = { from: last.from, to: range.to };
    else result.push(range);
  }
  return result;
}

/** What of `held` is to change for `answer`, which is about the first range of `repair.fetch`. Undefined: that is no answer to what was asked. */
export function afterFetched(
  repair: Repair,
  { from, to }: IdRange,
  answer: Groups,
  held: GroupsView,
): { readonly repair: Repair; readonly rows: readonly GroupRow[] } | undefined {
  const rows = unpackRows(answer);
  const { upTo } = answer;
  if (rows === undefined || answer.from !== from || upTo < from || upTo > to) return undefined;
  const theirs = new Map(rows.map((row) => [row.id, row]));
  if (theirs.size !== rows.length || rows.some(({ id }) => id < from || id > upTo)) return undefined;
  const changed: GroupRow[] = [];
  for (const mine of held.rows(from, upTo, Number.MAX_SAFE_INTEGER)) {
    const row = theirs.get(mine.id);
    theirs.delete(mine.id);
    if (row === undefined) changed.push({ id: mine.id, version: answer.version, groups: [] });
    else if (!sameGroups(row.groups, mine.groups)) changed.push(row);
  }
  changed.push(...[...theirs.values()].filter(({ groups }) => groups.length > 0));
  const [, ...rest] = repair.fetch;
  const fetch = upTo < to ? [{ from: upTo + 1, to }, ...rest] : rest;
  return { rows: changed, repair: { ...repair, fetch, fetched: repair.fetched + changed.length } };
}
