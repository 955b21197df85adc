/** Telling the workers what changed. */
import type { GroupChanges, GroupRow } from '@muster/protocol';
import { packRows } from '../packing.ts';
import { type AuthorityLimits, report, type State, type Step, step, type World } from './state.ts';

/** Notes what was written, for the next push. */
export function noteWritten(
  state: State,
  rows: readonly { readonly id: number; readonly version: number }[],
  { maxPush }: AuthorityLimits,
): State {
  if (state.unpushed === 'many') return state;
  const unpushed = new Map([...state.unpushed, ...rows.map(({ id, version }) => [id, version] as const)]);
  return { ...state, unpushed: unpushed.size > maxPush ? 'many' : unpushed };
}

/** What an incarnation before us wrote shows in the version only. */
export const somethingToPush = ({ unpushed, pushed, work }: State, { held }: Pick<World, 'held'>): boolean =>
  work.type !== 'writing' && (unpushed === 'many' || unpushed.size > 0 || held.version() !== pushed);

/**
 * Pushes what is not pushed yet, and says what the next beats shall say: the two are always of one version, so that
 * a beat never accuses a worker that is only waiting for its push. Nothing while a change is being written.
 */
export function push(state: State, { held, now }: World, { coalesceMs }: AuthorityLimits): Step {
  if (!somethingToPush(state, { held })) return step(state);
  const version = held.version();
  const messages =
    state.unpushed === 'many' || state.unpushed.size === 0
      ? [hint(version)]
      : changesOf(rowsOf(state.unpushed, held), state.pushed, version);
  return step({ ...state, unpushed: new Map(), pushed: version, pushNotBefore: now + coalesceMs }, [
    { type: 'push', to: [...state.workers], messages },
    report({ type: 'mark', mark: held.mark() }),
  ]);
}

/** For a worker that holds another version: there is news, look for it. */
export const hint = (version: number): GroupChanges => ({
  type: 'group-changes',
  base: version,
  version,
  names: [],
  rows: [],
});

/** As they are now, by version; removed ones without groups. */
const rowsOf = (unpushed: ReadonlyMap<number, number>, held: World['held']): readonly GroupRow[] =>
  [...unpushed]
    .map(([id, version]) => held.get(id) ?? { id, version, groups: [] })
    .sort((a, b) => a.version - b.version);

/** As many messages as it takes; each begins at the version at which the one before ends. */
export function changesOf(rows: readonly GroupRow[], base: number, version: number): readonly GroupChanges[] {
  const messages: GroupChanges[] = [];
  let from = base;
  for (let start = 0; start < rows.length; ) {
    const { end, ...packed } = packRows(rows, start);
    const to = end === rows.length ? version : rows[end - 1]!.version;
    messages.push({ type: 'group-changes', base: from, version: to, ...packed });
    from = to;
    start = end;
  }
  return messages;
}
