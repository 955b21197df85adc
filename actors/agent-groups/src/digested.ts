/** The assignments that a node holds, with the digest over them kept up to date at a cost that does not grow with their number. */
import {
  allIds,
  type DigestSum,
  type GroupRow,
  type GroupsMark,
  groupsValue,
  type IdRange,
  openRangeDigest,
  type RangeDigest,
} from '@muster/protocol';
import type { Assignment, HeldGroups } from './ports.ts';

/** What a pure step may read of them. Changes only between steps. */
export interface GroupsView extends Pick<HeldGroups, 'version' | 'get' | 'rows'> {
  readonly size: () => number;
  sumOf(range: IdRange): DigestSum;
  split(range: IdRange, parts: number): readonly IdRange[];
  mark(): GroupsMark;
}

export interface DigestedGroups extends GroupsView {
  /** As of `HeldGroups`. Puts take effect one after the other, in the order of the calls. */
  put(rows: readonly GroupRow[], version: number): Promise<void>;
  /** Numbers and puts those that say something new, in their order; resolves with these. */
  change(assignments: readonly Assignment[]): Promise<readonly GroupRow[]>;
}

/** Rows read at once while the digest is built. */
const pageRows = 5_000;

/** Reads all of `held` once. Nobody else may change it from then on. */
export function withDigest(held: HeldGroups): DigestedGroups {
  const digest = openRangeDigest();
  for (let from: number | undefined = 1; from !== undefined; ) from = fill(digest, held, from);
  return over(held, digest);
}

/** The same, in slices of a few milliseconds: `turn` resolves after others had theirs. */
export async function withDigestInTurns(held: HeldGroups, turn: () => Promise<void>): Promise<DigestedGroups> {
  const digest = openRangeDigest();
  for (let from: number | undefined = 1; from !== undefined; from = fill(digest, held, from)) await turn();
  return over(held, digest);
}

function over(held: HeldGroups, digest: RangeDigest): DigestedGroups {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
  const commit = async (rows: readonly GroupRow[], version: number): Promise<void> => {
    const after = new Map(rows.map((row) => [row.id, digestValue(row)]));
    const before = new Map([...after.keys()].map((id) => [id, digestValue(held.get(id))]));
    await held.put(rows, version);
    for (const [id, value] of after) digest.change(id, before.get(id), value);
  };
  return {
    version: () => held.version(),
    get: (id) => held.get(id),
    rows: (from, to, limit) => held.rows(from, to, limit),
    size: () => digest.sum()[0],
    sumOf: (range) => digest.sumOf(range),
    split: (range, parts) => digest.split(range, parts),
    mark: () => ({ version: held.version(), digest: [...digest.sum()] }),
    put: (rows, version) => inTurn(() => commit(rows, version)),
    change: (assignments) =>
      inTurn(async () => {
        const base = held.version();
        const fresh = newest(assignments).filter(({ id, groups }) => !sameGroups(held.get(id)?.groups ?? [], groups));
        const rows = fresh.map(({ id, groups }, i) => ({ id, version: base + i + 1, groups }));
        if (rows.length > 0) await commit(rows, base + rows.length);
        return rows;
      }),
  };
}

/** Puts the next rows into the digest. Where to go on; undefined: all are in it. */
function fill(digest: RangeDigest, held: HeldGroups, from: number): number | undefined {
  const rows = held.rows(from, allIds.to, pageRows);
  for (const row of rows) digest.change(row.id, undefined, digestValue(row));
  return rows.length < pageRows ? undefined : rows.at(-1)!.id + 1;
}

/** Of each agent the last. */
const newest = (assignments: readonly Assignment[]): readonly Assignment[] => [
  ...new Map(assignments.map((assignment) => [assignment.id, assignment])).values(),
];

const digestValue = (row: GroupRow | undefined): number | undefined =>
  row === undefined || row.groups.length === 0 ? undefined : groupsValue(row.groups);

export const sameGroups = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, i) => name === other[i]);
