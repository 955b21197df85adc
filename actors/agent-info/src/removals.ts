/**
 * Agents that vanish from client.keys, and the guard against believing a file that was cut or emptied
 * (`reference/security.md` 4, delete safety): more than half of the agents, and more than 10, go only when the
 * file still says so `confirmAfterMs` later. Pure.
 */

/** What changed in client.keys since it was read last. An id that is another agent's now is in both. */
export interface KeysChange {
  readonly removed: readonly number[];
  readonly added: readonly number[];
  /** Of those added: another agent had the id before. Absent: none. */
  readonly replaced?: readonly number[];
  /** How many there were before. */
  readonly of: number;
}

export interface Removals {
  /** They go as soon as the store has time. */
  readonly due: ReadonlySet<number>;
  /** Too many at once: they count as existing until the file was read again. */
  readonly held?: Hold | undefined;
}

export interface Hold {
  readonly ids: ReadonlySet<number>;
  readonly of: number;
  /** When the last of them joined, ms of the clock. */
  readonly at: number;
  /** The file is being read again. */
  readonly rereading: boolean;
}

export const noRemovals: Removals = { due: new Set() };

const alwaysBelieved = 10;

/** Whether that many at once look like a file that was cut. */
export const isMass = (removed: number, of: number): boolean => removed > alwaysBelieved && removed * 2 > of;

/**
 * `change` was read at `now`. Who is back is no longer to go; who joins a hold makes it begin anew. Where another agent
 * has the id now nothing is to be confirmed: no file that was cut says so.
 */
export function keysChanged({ due, held }: Removals, change: KeysChange, now: number): Removals {
  const { removed, added, replaced = [], of } = change;
  const others = new Set(replaced);
  const went = new Set(replaced.length === 0 ? [] : removed);
  const goes = replaced.filter((id) => held?.ids.has(id) === true || went.has(id));
  const back = new Set(others.size === 0 ? added : added.filter((id) => !others.has(id)));
  const still = union(without(due, back), goes);
  const stillHeld = held === undefined ? undefined : smaller(held, new Set(added));
  const gone = others.size === 0 ? removed : removed.filter((id) => !others.has(id));
  if (gone.length === 0) return { due: still, held: stillHeld };
  const ids = union(stillHeld?.ids ?? new Set(), gone);
  const total = Math.max(of, stillHeld?.of ?? 0);
  if (!isMass(ids.size, total)) return { due: union(still, gone), held: stillHeld };
  return { due: still, held: { ids, of: total, at: now, rereading: false } };
}

/** The store has agents that client.keys has not, and nobody saw them go: the file may only be behind. */
export function straysFound(removals: Removals, strays: readonly number[], of: number, now: number): Removals {
  if (strays.length === 0) return removals;
  const { due, held } = removals;
  return {
    due,
    held: { ids: union(held?.ids ?? new Set(), strays), of: Math.max(of, held?.of ?? 0), at: now, rereading: false },
  };
}

/** The file was read again, and what changed in it since was told: what is still held was said twice. */
export const keysReadAgain = ({ due, held }: Removals): Removals =>
  held === undefined || !held.rereading ? { due, held } : { due: union(due, held.ids) };

const without = (ids: ReadonlySet<number>, back: ReadonlySet<number>): ReadonlySet<number> =>
  ids.size === 0 || back.size === 0 ? ids : new Set([...ids].filter((id) => !back.has(id)));

const union = (ids: ReadonlySet<number>, more: Iterable<number>): ReadonlySet<number> => new Set([...ids, ...more]);

function smaller(held: Hold, back: ReadonlySet<number>): Hold | undefined {
  const ids = without(held.ids, back);
  return ids.size === 0 ? undefined : { ...held, ids };
}
