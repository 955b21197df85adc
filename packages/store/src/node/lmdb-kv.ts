/** Adapter: the store as an LMDB file. Batches of changes are written and committed by LMDB's own thread. */
import type { Buffer } from 'node:buffer';
import type { Database } from 'lmdb';
import { bufferOf } from '../bytes.ts';
import { type Backing, openEngine } from '../engine.ts';
import type { KvOptions, OpenedKv, Table } from '../kv.ts';
import { StoreError } from '../store-error.ts';
import { refuseFullDisk } from './disk-room.ts';
import { explained } from './lmdb-file.ts';
import { openOwned, type Root, tableNames } from './lmdb-open.ts';
import { sealed, unsealed } from './seal.ts';

/** LMDB's own bytes for each, and the sum. */
const ROW_OVERHEAD = 16;

/** Pages that one change may copy: the leaf and what leads to it, shared by neighbours. */
const PAGES_A_CHANGE = 2;

type Committed = Parameters<Backing['commit']>[0];

/**
 * Opens the file at `path`, and its lock file `path-lock`. Rejects with a `StoreError`: `store-busy` when another process has
 * it open, `store-refused` when the system does not let us.
 */
export async function openLmdbKv(path: string, options: KvOptions): Promise<OpenedKv> {
  const { root, close, setAside } = await openOwned(path);
  const file: File = { root, tables: new Map(), path, maxBytes: options.maxBytes };
  // All of them, so that their sizes are known.
  for (const name of tableNames(root)) tableOf(file, name);
  const kv = openEngine(lmdbBacking(file, close));
  return { kv, ...(setAside === undefined ? {} : { setAside }) };
}

interface File {
  readonly root: Root;
  readonly tables: Map<string, Database<Buffer, Buffer>>;
  readonly path: string;
  readonly maxBytes: number;
}

function lmdbBacking(file: File, close: () => Promise<void>): Backing {
  const read = new Map<string, Table>();
  return {
    table: (name) => {
      const table = read.get(name) ?? readTable(tableOf(file, name), file.path);
      read.set(name, table);
      return table;
    },
    commit: async (changes) => {
      refuseGrowth(file, changes);
      await refuseFullDisk(file.path, roomOf(file, changes));
      await commit(file, changes);
    },
    size: () => ({ bytes: extentOf(file).bytes, maxBytes: file.maxBytes }),
    close,
  };
}

function tableOf({ root, tables }: File, name: string): Database<Buffer, Buffer> {
  const table = tables.get(name) ?? root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' });
  tables.set(name, table);
  return table;
}

/** A sum behind each value, checked whenever it is read: what the disk lost is not taken for what was written. */
function readTable(db: Database<Buffer, Buffer>, path: string): Table {
  const checked = (bytes: Uint8Array): Uint8Array => {
    const value = unsealed(bytes);
    if (value !== undefined) return value;
    throw new StoreError('store-damaged', `${path} is damaged: start again, and it is moved aside`);
  };
  return {
    get: (key) => {
      const bytes = db.getBinaryFast(bufferOf(key));
      return bytes === undefined ? undefined : checked(bytes.subarray(0, (db as unknown as Sized).lastSize));
    },
    range: function* (from, to) {
      // LMDB knows no empty key.
      const start = from.length === 0 ? undefined : bufferOf(from);
      if (to.length === 0) return;
      for (const { key, value } of db.getRange({ ...(start && { start }), end: bufferOf(to) }))
        yield [key, checked(value)];
    },
  };
}

/** Of the value that was read last; the types do not know it. */
interface Sized {
  readonly lastSize: number;
}

async function commit(file: File, changes: Committed): Promise<void> {
  const tables = [...changes].filter(([, rows]) => rows.size > 0);
  if (tables.length === 0) return;
  // Before the batch: making a table is a transaction of its own.
  const opened = tables.map(([name, rows]) => [tableOf(file, name), rows] as const);
  try {
    await file.root.batch(() => {
      for (const [db, rows] of opened)
        for (const { key, value } of rows.values()) {
          if (value === undefined) void db.remove(bufferOf(key));
          else void db.put(bufferOf(key), sealed(value) as Buffer);
        }
    });
  } catch (error) {
    const given = (error as { commitError?: Promise<unknown> }).commitError ?? Promise.reject(error);
    const cause = await given.catch((reason: unknown) => reason);
    throw new StoreError('store-disk', `${file.path} could not be written: ${explained(cause)}`, { cause });
  }
}

interface Stats {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly root: Pages;
  readonly free: Pages;
}
interface Pages {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** How far the file reaches, and what of it holds nothing now. */
function extentOf({ root: db, tables }: File): {
  readonly bytes: number;
  readonly spare: number;
  readonly pageSize: number;
} {
  const { pageSize, lastPageNumber, root, free } = db.getStats() as Stats;
  const all = [root, free, ...[...tables.values()].map((table) => table.getStats() as Pages)];
  const held = all.reduce(
    (sum, pages) => sum + pages.treeBranchPageCount + pages.treeLeafPageCount + pages.overflowPages,
    2,
  );
  const pages = lastPageNumber + 1;
  return { bytes: pages * pageSize, spare: Math.max(0, pages - held) * pageSize, pageSize };
}

/** Bytes that a commit may write anew, those of removals too: what is free in the file is not counted on. */
function roomOf(file: File, changes: Committed): number {
  let rows = 0;
  let values = 0;
  for (const table of changes.values())
    for (const { value } of table.values()) {
      rows += 1;
      values += value?.length ?? 0;
    }
  const { bytes, pageSize } = extentOf(file);
  return Math.min(rows * PAGES_A_CHANGE * pageSize, bytes + values) + values;
}

/** Removing is always allowed: it is what makes room. */
function refuseGrowth(file: File, changes: Committed): void {
  const { path, maxBytes } = file;
  let puts = 0;
  let values = 0;
  for (const rows of changes.values())
    for (const { key, value } of rows.values()) {
      if (value === undefined) continue;
      puts += 1;
      values += key.length + value.length + ROW_OVERHEAD;
    }
  if (puts === 0) return;
  const { bytes, spare, pageSize } = extentOf(file);
  const needed = Math.min(puts * PAGES_A_CHANGE * pageSize, bytes + values) + values;
  if (bytes - spare + needed <= maxBytes) return;
  throw new StoreError(
    'store-full',
    `${path} has ${bytes} bytes and may have ${maxBytes}: raise its bound, or remove agents that are gone for good`,
  );
}
