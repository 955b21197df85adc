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

/** `value` absent: the key goes. Bytes are the engine's: nobody changes them. */
export interface Change {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** What is committed. Keys begin with the name of their table and a 0. */
export interface Backing {
  /** A view: valid until the next call. */
  readonly get: (key: Uint8Array) => Uint8Array | undefined;
  readonly range: (from: Uint8Array, to: Uint8Array) => Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
  /** All or nothing; rejects with a `StoreError`. One at a time. */
  commit(changes: readonly Change[]): Promise<void>;
  readonly size: Kv['size'];
  close(): Promise<void>;
}

/** By key. */
type Changes = Map<string, Change>;

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

  const begin = (): void => {
    const group = open;
    underWay = group;
    open = newGroup();
    backing.commit([...group.changes.values()]).then(
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
  const fail = (group: Group, error: unknown): void => {
    for (const { reject } of group.waiting) reject(error);
    const lost = new StoreError('store-lost', `what this was built on could not be written: ${textOf(error)}`, {
      cause: error,
    });
    for (const { reject } of open.waiting) reject(lost);
    open = newGroup();
  };
  const next = (): void => {
    underWay = undefined;
    if (open.waiting.length > 0) begin();
    else settled();
  };
  const pending = (): readonly Changes[] =>
    underWay === undefined ? [open.changes] : [open.changes, underWay.changes];
  const copyOf = openSlab();
  const keep =
    (own: Changes) =>
    (key: Uint8Array, value: Uint8Array | undefined): void => {
      own.set(nameOf(key), { key, value: value === undefined ? undefined : copyOf(value) });
    };

  return {
    table: (name) => committedTable(backing, prefixOf(name)),
    size: backing.size,
    write: <T>(change: (tables: (name: string) => WritableTable) => T): Promise<T> => {
      if (closed !== undefined) return Promise.reject(new StoreError('store-closed', 'the store is closed'));
      const group = open;
      const own: Changes = new Map();
      let result: T;
      try {
        result = change(tablesOver([own, ...pending()], backing, keep(own)));
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

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `later` over `earlier`, which is nobody's afterwards. */
function joined(earlier: Changes, later: Changes): Changes {
  if (earlier.size === 0) return later;
  for (const [name, change] of later) earlier.set(name, change);
  return earlier;
}

/** Tables as a transaction sees them: `layers`, the newest first, over what is committed. */
function tablesOver(layers: readonly Changes[], backing: Backing, keep: Keep): (name: string) => WritableTable {
  const layered = layers.filter(({ size }, i) => i === 0 || size > 0);
  const tables = new Map<string, WritableTable>();
  return (name) => {
    const known = tables.get(name) ?? writableTable(layered, backing, prefixOf(name), keep);
    tables.set(name, known);
    return known;
  };
}

type Keep = (key: Uint8Array, value: Uint8Array | undefined) => void;

const prefixes = new Map<string, Uint8Array>();
function prefixOf(name: string): Uint8Array {
  const known = prefixes.get(name) ?? new TextEncoder().encode(`${name}\0`);
  prefixes.set(name, known);
  return known;
}

function within(prefix: Uint8Array, key: Uint8Array): Uint8Array {
  const whole = Buffer.allocUnsafe(prefix.length + key.length);
  for (let i = 0; i < prefix.length; i++) whole[i] = prefix[i]!;
  for (let i = 0; i < key.length; i++) whole[prefix.length + i] = key[i]!;
  return whole;
}

function* withoutPrefix(
  prefix: Uint8Array,
  rows: Iterable<readonly [Uint8Array, Uint8Array]>,
): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
  for (const [key, value] of rows) yield [key.subarray(prefix.length), value];
}

const committedTable = (backing: Backing, prefix: Uint8Array): Table => ({
  get: (key) => backing.get(within(prefix, key)),
  range: (from, to) => withoutPrefix(prefix, backing.range(within(prefix, from), within(prefix, to))),
});

function writableTable(layers: readonly Changes[], backing: Backing, prefix: Uint8Array, keep: Keep): WritableTable {
  const changed = (name: string): Change | undefined => {
    for (const layer of layers) {
      const change = layer.get(name);
      if (change !== undefined) return change;
    }
    return undefined;
  };
  return {
    get: (key) => {
      const whole = within(prefix, key);
      const change = changed(nameOf(whole));
      return change === undefined ? backing.get(whole) : change.value;
    },
    range: (from, to) => withoutPrefix(prefix, merged(layers, backing, within(prefix, from), within(prefix, to))),
    put: (key, value) => keep(within(prefix, key), value),
    remove: (key) => keep(within(prefix, key), undefined),
  };
}
