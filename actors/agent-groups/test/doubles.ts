/** Ports in memory: what is durable outlives the process that uses it. */
import type { GroupRow } from '@muster/protocol';
import type { Assignment, GroupsFault, HeldGroups, ManagersGroups } from '../src/index.ts';

/** A process that uses ports. What it has asked when it dies is answered no more, and takes no effect. */
export interface Life {
  alive: boolean;
}

/** Resolves after `ms` of a test's clock. */
export type Delay = (ms: number) => Promise<void>;

/** An answer that never comes. */
const never = <T>(): Promise<T> => new Promise(() => {});

export interface Store {
  readonly rows: Map<number, GroupRow>;
  version: number;
  /** The next put is refused. */
  full: boolean;
}

export const openStore = (rows: readonly GroupRow[] = [], version = 0): Store => ({
  rows: new Map(rows.map((row) => [row.id, row])),
  version,
  full: false,
});

export function heldIn(store: Store, life: Life = { alive: true }, delay: Delay = async () => {}): HeldGroups {
  return {
    version: () => store.version,
    get: (id) => store.rows.get(id),
    rows: (from, to, limit) =>
      [...store.rows.values()]
        .filter(({ id }) => id >= from && id <= to)
        .sort((a, b) => a.id - b.id)
        .slice(0, limit),
    put: async (rows, version) => {
      await delay(1);
      if (!life.alive) return never();
      if (store.full) throw Object.assign(new Error('the store is full'), { code: 'store-full' });
      for (const row of rows) {
        if (row.groups.length === 0) store.rows.delete(row.id);
        else store.rows.set(row.id, row);
      }
      store.version = version;
    },
  };
}

export interface FakeManager {
  readonly rows: Map<number, readonly string[]>;
  /** Listings and writes fail. */
  down: boolean;
  /** Agents whose entries can be neither read nor written. */
  readonly broken: Set<number>;
  pageSize: number;
  /** It can tell of single agents. */
  tellsOf: boolean;
  /** Of `assign`. */
  readonly writes: (readonly Assignment[])[];
  /** Pages read. */
  reads: number;
  /** Called before a write takes effect. */
  check: (rows: readonly Assignment[]) => void;
}

export const openManager = (rows: readonly (readonly [number, readonly string[]])[] = []): FakeManager => ({
  rows: new Map(rows),
  down: false,
  broken: new Set(),
  pageSize: 3,
  tellsOf: false,
  writes: [],
  reads: 0,
  check: () => {},
});

const faultsOf = (ids: Iterable<number>, { broken }: FakeManager): GroupsFault[] =>
  [...ids]
    .filter((id) => broken.has(id))
    .map((id) => ({ at: `agent ${String(id).padStart(3, '0')}`, code: 'EIO', text: 'no' }));

export function managerOf(
  fake: FakeManager,
  life: Life = { alive: true },
  delay: Delay = async () => {},
): ManagersGroups {
  const answer = async (): Promise<void> => {
    await delay(1);
    if (!life.alive) return never();
    if (fake.down) throw Object.assign(new Error('no manager'), { code: 'ECONNREFUSED' });
  };
  /** As of the first page: later pages do not see who came since. */
  let listed: readonly number[] = [];
  const rowsOf = (of: readonly number[]): Assignment[] =>
    of.flatMap((id) => (fake.rows.has(id) && !fake.broken.has(id) ? [{ id, groups: fake.rows.get(id)! }] : []));
  const groupsOf: ManagersGroups['groupsOf'] = async (ids) => {
    await answer();
    return { rows: rowsOf(ids), faults: faultsOf(ids, fake) };
  };
  return {
    ...(fake.tellsOf ? { groupsOf } : {}),
    groups: async (after) => {
      fake.reads += 1;
      await answer();
      if (after === 0) listed = [...fake.rows.keys()].sort((a, b) => a - b);
      const ids = listed.filter((id) => id > after);
      const page = ids.slice(0, fake.pageSize);
      const rows = rowsOf(page);
      const next = ids.length > page.length ? page.at(-1)! : undefined;
      return { rows, faults: faultsOf(page, fake), next };
    },
    assign: async (rows) => {
      if (!life.alive) return never();
      if (fake.down) throw Object.assign(new Error('no manager'), { code: 'ECONNREFUSED' });
      fake.check(rows);
      fake.writes.push(rows);
      for (const { id, groups } of rows) {
        if (fake.broken.has(id)) continue;
        if (groups.length === 0) fake.rows.delete(id);
        else fake.rows.set(id, groups);
      }
      await answer();
      return faultsOf(
        rows.map(({ id }) => id),
        fake,
      );
    },
  };
}
