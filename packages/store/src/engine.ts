/**
 * Transactions over anything that can commit a list of changes whole: the same for LMDB and for memory.
 *
 * A transaction runs when it is asked for, over what is committed, what is on its way to the disk and what was
 * written before it. One commit is under way at a time; what is written meanwhile goes with the next one, together.
 * A commit that fails takes with it what was built on it.
 */
import { Buffer } from 'node:buffer';
import { nameOf } from './bytes.ts';
import type { Kv, Table, WritableTable } from './kv.ts';
import { merged } from './merged.ts';
import { openSlab } from './slab.ts';
import { StoreError } from './store-error.ts';

/** `value` absent: the key goes. Bytes are the engine's, nobody else's, and `SPARE` bytes behind a value are free. */
export interface Change {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Of one table, by key. */
export type TableChanges = Map<string, Change>;
/** By table. */
export type Changes = Map<string, TableChanges>;

/** What is committed. */
export interface Backing {
  table(name: string): Table;
  /** All or nothing; rejects with a `StoreError`. One at a time. */
  commit(changes: ReadonlyMap<string, ReadonlyMap<string, Change>>): Promise<void>;
  readonly size: Kv['size'];
  close(): Promise<void>;
}

/** Changes that will be committed together, and who waits for it. */
interface Group {
  changes: Changes;
  readonly waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[];
}

const newGroup = (): Group => ({ changes: new Map(), waiting: [] });

export function openEngine(backing: Backing): Kv {
  let open = newGroup();
  let underWay: Group | undefined;
  let closed: Promise<void> | undefined;
  let settled: () => void = () => undefined;
  const copyOf = openSlab();

  const begin = (): void => {
    const group = open;
    underWay = group;
    open = newGroup();
    backing.commit(group.changes).then(
      () => {
        for (const { resolve } of group.waiting) resolve();
        next();
      },
      (error: unknown) => {
        fail(group, error);
        next();
      },
    );
  };
  const fail = (group: Group, cause: unknown): void => {
    for (const { reject } of group.waiting) reject(cause);
    const text = `what this was built on could not be written: ${cause instanceof Error ? cause.message : cause}`;
    for (const { reject } of open.waiting) reject(new StoreError('store-lost', text, { cause }));
    open = newGroup();
  };
  const next = (): void => {
    underWay = undefined;
    if (open.waiting.length > 0) begin();
    else settled();
  };
  const pending = (): readonly Changes[] =>
    underWay === undefined ? [open.changes] : [open.changes, underWay.changes];

  return {
    table: (name) => {
      const table = backing.table(name);
      return { get: (key) => (key.length === 0 ? undefined : table.get(key)), range: table.range };
    },
    size: backing.size,
    write: <T>(change: (tables: (name: string) => WritableTable) => T): Promise<T> => {
      if (closed !== undefined) return Promise.reject(new StoreError('store-closed', 'the store is closed'));
      const group = open;
      const own: Changes = new Map();
      let result: T;
      try {
        result = change(tablesOver(own, pending(), backing, copyOf));
      } catch (error) {
        // What it changed is dropped: nobody has seen it.
        return Promise.reject(error);
      }
      group.changes = joined(group.changes, own);
      return new Promise<T>((resolve, reject) => {
        group.waiting.push({ resolve: () => resolve(result), reject });
        if (underWay === undefined) begin();
      });
    },
    close: () => {
      closed ??= new Promise<void>((resolve) => {
        settled = resolve;
        if (underWay === undefined) resolve();
      }).then(() => backing.close());
      return closed;
    },
  };
}

/** `later` over `earlier`, which is nobody's afterwards. */
function joined(earlier: Changes, later: Changes): Changes {
  if (earlier.size === 0) return later;
  for (const [table, changes] of later) {
    const known = earlier.get(table);
    if (known === undefined) earlier.set(table, changes);
    else for (const [name, change] of changes) known.set(name, change);
  }
  return earlier;
}

type Copy = (bytes: Uint8Array) => Uint8Array;

/** Tables as a transaction sees them: its own changes over `pending`, the newest first, over what is committed. */
function tablesOver(
  own: Changes,
  pending: readonly Changes[],
  backing: Backing,
  copyOf: Copy,
): (name: string) => WritableTable {
  const tables = new Map<string, WritableTable>();
  const open = (name: string): WritableTable => {
    const changes: TableChanges = new Map();
    own.set(name, changes);
    const below = pending.map((each) => each.get(name)).filter((each) => each !== undefined && each.size > 0);
    return writableTable([changes, ...(below as readonly TableChanges[])], backing.table(name), copyOf);
  };
  return (name) => {
    const table = tables.get(name) ?? open(name);
    tables.set(name, table);
    return table;
  };
}

/** The first of `layers` is the transaction's own. */
function writableTable(layers: readonly TableChanges[], committed: Table, copyOf: Copy): WritableTable {
  const keep = (key: Uint8Array, value: Uint8Array | undefined): void => {
    if (key.length === 0) throw new Error('bug: an empty key');
    layers[0]!.set(nameOf(key), { key: Buffer.from(key), value });
  };
  return {
    get: (key) => {
      const name = nameOf(key);
      for (const layer of layers) {
        const change = layer.get(name);
        if (change !== undefined) return change.value;
      }
      return key.length === 0 ? undefined : committed.get(key);
    },
    range: (from, to) => merged(layers, committed, from, to),
    put: (key, value) => keep(key, copyOf(value)),
    remove: (key) => keep(key, undefined),
  };
}
