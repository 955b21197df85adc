/** A store in memory with the promises of the one on disk: for simulations and tests. */
import { compareBytes, nameOf } from './bytes.ts';
import { type Backing, type Change, openEngine } from './engine.ts';
import type { Kv, KvOptions } from './kv.ts';
import { StoreError } from './store-error.ts';

/** What was committed: it outlives the `Kv` that wrote it, as a file does. */
export interface MemoryDisk {
  readonly rows: Map<string, Change>;
  /** Names in order; absent after a change of which there are. */
  order?: readonly string[];
  bytes: number;
}

export const emptyDisk = (): MemoryDisk => ({ rows: new Map(), bytes: 0 });

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
    get: (key) => disk.rows.get(nameOf(key))?.value,
    range: (from, to) => rowsBetween(disk, from, to),
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

const sizeOf = ({ key, value }: Change): number => (value === undefined ? 0 : key.length + value.length);
const bytesOf = (changes: readonly Change[]): number => changes.reduce((sum, change) => sum + sizeOf(change), 0);

function growthBy(disk: MemoryDisk, changes: readonly Change[]): number {
  const before = changes.map(({ key }) => disk.rows.get(nameOf(key))).filter((change) => change !== undefined);
  return bytesOf(changes) - bytesOf(before);
}

function apply(disk: MemoryDisk, changes: readonly Change[]): void {
  for (const change of changes) {
    const name = nameOf(change.key);
    if (disk.rows.has(name) !== (change.value !== undefined)) delete disk.order;
    if (change.value === undefined) disk.rows.delete(name);
    else disk.rows.set(name, change);
  }
}

/** As it is now: later commits do not show. */
function rowsBetween(
  disk: MemoryDisk,
  from: Uint8Array,
  to: Uint8Array,
): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
  // Texts of single bytes compare as the bytes do.
  disk.order ??= [...disk.rows.keys()].sort((one, other) => (one < other ? -1 : 1));
  const [first, last] = [nameOf(from), nameOf(to)];
  const names = disk.order;
  const rows: (readonly [Uint8Array, Uint8Array])[] = [];
  for (let i = firstAt(names, first); i < names.length && names[i]! < last; i++) {
    const { key, value } = disk.rows.get(names[i]!)!;
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

/** Copies of rows, for a test that looks. */
export const rowsOf = (disk: MemoryDisk): readonly (readonly [Uint8Array, Uint8Array])[] =>
  [...disk.rows.values()].map(({ key, value }) => [key, value!] as const).sort(([a], [b]) => compareBytes(a, b));
