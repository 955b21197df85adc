/** A store in memory with the promises of the one on disk: for simulations and tests. */
import { nameOf } from './bytes.ts';
import { type Backing, type Change, openEngine } from './engine.ts';
import type { Kv, KvOptions } from './kv.ts';
import { StoreError } from './store-error.ts';

/** What was committed: it outlives the `Kv` that wrote it, as a file does. */
export interface MemoryDisk {
  readonly tables: Map<string, MemoryTable>;
  bytes: number;
}

interface MemoryTable {
  readonly rows: Map<string, Change>;
  /** Names in order; absent after a change of which there are. */
  order?: readonly string[];
}

export const emptyDisk = (): MemoryDisk => ({ tables: new Map(), bytes: 0 });

export interface MemoryHooks {
  /**
   * Called for each commit, with the bytes that it writes; the commit takes place when it resolves, and resolves in
   * the turn after. When it rejects, nothing was written: `StoreError('store-disk')`. A simulation delays, fails or never ends it.
   */
  readonly commit?: (bytes: number) => Promise<void>;
}

export interface MemoryKv extends Kv {
  /** The process dies: what is not committed never is, whoever waits for it waits for ever. */
  crash(): void;
}

export function openMemoryKv(disk: MemoryDisk, options: KvOptions, hooks: MemoryHooks = {}): MemoryKv {
  let crashed = false;
  const backing: Backing = {
    table: (name) => ({
      get: (key) => tableOf(disk, name).rows.get(nameOf(key))?.value,
      range: (from, to) => rowsBetween(tableOf(disk, name), from, to),
    }),
    commit: async (changes) => {
      const growth = growthBy(disk, changes);
      if (growth > 0 && disk.bytes + growth > options.maxBytes) throw full(options.maxBytes);
      await (hooks.commit?.(bytesOf(changes)) ?? Promise.resolve()).catch((cause: unknown) => {
        if (cause instanceof StoreError) throw cause;
        throw new StoreError('store-disk', `the store could not be written: ${cause}`, { cause });
      });
      // A process that is no more neither writes nor hears.
      if (crashed) return new Promise(() => undefined);
      apply(disk, changes);
      disk.bytes += growth;
      return undefined;
    },
    size: () => ({ bytes: disk.bytes, maxBytes: options.maxBytes }),
    close: () => Promise.resolve(),
  };
  return {
    ...openEngine(backing),
    crash: () => {
      crashed = true;
    },
  };
}

const full = (maxBytes: number): StoreError =>
  new StoreError('store-full', `the store may take ${maxBytes} bytes, and this would be more: raise its bound`);

function tableOf(disk: MemoryDisk, name: string): MemoryTable {
  const table = disk.tables.get(name) ?? { rows: new Map() };
  disk.tables.set(name, table);
  return table;
}

type Committed = Parameters<Backing['commit']>[0];

const sizeOf = (change: Change | undefined): number =>
  change?.value === undefined ? 0 : change.key.length + change.value.length;

const bytesOf = (changes: Committed): number => sumOver(changes, (change) => sizeOf(change));
const growthBy = (disk: MemoryDisk, changes: Committed): number =>
  sumOver(changes, (change, table) => sizeOf(change) - sizeOf(tableOf(disk, table).rows.get(nameOf(change.key))));

function sumOver(changes: Committed, of: (change: Change, table: string) => number): number {
  let sum = 0;
  for (const [table, rows] of changes) for (const change of rows.values()) sum += of(change, table);
  return sum;
}

function apply(disk: MemoryDisk, changes: Committed): void {
  for (const [name, rows] of changes) {
    const table = tableOf(disk, name);
    for (const [key, change] of rows) {
      if (table.rows.has(key) !== (change.value !== undefined)) delete table.order;
      if (change.value === undefined) table.rows.delete(key);
      else table.rows.set(key, change);
    }
  }
}

/** As it is now: later commits do not show. */
function rowsBetween(
  table: MemoryTable,
  from: Uint8Array,
  to: Uint8Array,
): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
  // Texts of single bytes compare as the bytes do.
  table.order ??= [...table.rows.keys()].sort((one, other) => (one < other ? -1 : 1));
  const [first, last] = [nameOf(from), nameOf(to)];
  const names = table.order;
  const rows: (readonly [Uint8Array, Uint8Array])[] = [];
  for (let i = firstAt(names, first); i < names.length && names[i]! < last; i++) {
    const { key, value } = table.rows.get(names[i]!)!;
    rows.push([key, value!]);
  }
  return rows;
}

/** The place of the first name that is not before `name`. */
function firstAt(names: readonly string[], name: string): number {
  let low = 0;
  for (let high = names.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (names[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
