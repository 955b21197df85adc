/** What workers are answered. */
import {
  BUCKET_IDS,
  type Groups,
  type GroupsAssigned,
  MAX_AGENT_ROWS,
  type RangePart,
  sameSum,
} from '@muster/protocol';
import type { GroupsView } from '../digested.ts';
import { packRows } from '../packing.ts';
import type { AuthorityView } from './messages.ts';
import type { Proposal, State, World } from './state.ts';

/** Indices of the parts that hold something else here; so does every part that is not cut at the bounds of buckets. */
export const differing = (parts: readonly RangePart[], held: GroupsView): number[] =>
  parts.flatMap(([from, to, sum], i) => {
    const cut = from <= to && from % BUCKET_IDS === 0 && (to + 1) % BUCKET_IDS === 0;
    return cut && sameSum(sum, held.sumOf({ from, to })) ? [] : [i];
  });

/** The assignments from `from` to `to`, or as far as one message goes. */
export function groupsIn(from: number, to: number, held: GroupsView): Groups {
  const rows = from <= to ? held.rows(from, to, MAX_AGENT_ROWS + 1) : [];
  const { end, ...packed } = packRows(rows);
  const upTo = end === rows.length ? to : rows[end - 1]!.id;
  return { type: 'groups', from, upTo, version: held.version(), ...packed };
}

/** `kept` with no groups: it could be neither adopted nor known now; the worker asks again later. */
export const assigned = (
  { id }: Pick<Proposal, 'id'>,
  outcome: GroupsAssigned['outcome'],
  held: GroupsView,
): GroupsAssigned => ({
  type: 'groups-assigned',
  id,
  version: held.version(),
  outcome,
  groups: [...(outcome === 'unknown' ? [] : (held.get(id)?.groups ?? []))],
});

export const viewOf = (state: State, held: GroupsView): AuthorityView => ({
  version: held.version(),
  assignments: held.size(),
  workers: [...state.workers],
  doing: state.work.type === 'idle' && state.listing !== undefined ? 'reading' : state.work.type,
  proposals: state.proposals.length + (state.work.type === 'adopting' ? state.work.proposals.length : 0),
  listings: state.listings,
  changes: state.changes,
  adopted: state.adopted,
  heldRemovals: state.suspects?.ids.size ?? 0,
  ...(state.trouble === undefined ? {} : { trouble: state.trouble.fault.text }),
});

/** What a proposal is answered without asking the manager. */
export function settledAlready(
  { id }: { readonly id: number },
  { exists, held }: World,
): 'unknown' | 'kept' | undefined {
  if (!exists(id)) return 'unknown';
  return held.get(id) === undefined ? undefined : 'kept';
}
