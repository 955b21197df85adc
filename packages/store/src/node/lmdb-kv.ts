/** Adapter: the store as an LMDB file. Batches of changes are written and committed by LMDB's own thread. */
import { Buffer } from 'node:buffer';
import { open, type RootDatabase } from 'lmdb';
import { type Backing, type Change, openEngine } from '../engine.ts';
import type { KvOptions, OpenedKv } from '../kv.ts';
import { StoreError } from '../store-error.ts';
import { explained, moveAside, unusable } from './lmdb-file.ts';

/** Names the file as ours, and its layout. No table has an empty name. */
const MARK = Buffer.from('\0muster', 'latin1');
const LAYOUT = 'muster store 1';

/** Pages that one change may copy: the leaf and what leads to it, shared by neighbours. */
const PAGES_A_CHANGE = 2;

type Database = RootDatabase<Buffer, Buffer>;

/** Open files of this process: LMDB would share one between two. */
const inUse = new Set<string>();

/**
 * Opens the file at `path`, and its lock file `path-lock`. Rejects with a `StoreError`: `store-busy` when another process has
 * it open, `store-refused` when the system does not let us.
 */
export async function openLmdbKv(path: string, options: KvOptions): Promise<OpenedKv> {
  if (inUse.has(path)) throw new StoreError('store-busy', `${path} is open in this process already`);
  const why = await unusable(path);
  const setAside = why === undefined ? undefined : { to: await moveAside(path), why };
  const opened = setAside === undefined ? await openOurs(path) : openNew(path);
  inUse.add(path);
  const backing = lmdbBacking(opened.db, path, options, () => inUse.delete(path));
  const aside = setAside ?? opened.setAside;
  return { kv: openEngine(backing), ...(aside === undefined ? {} : { setAside: aside }) };
}

interface Opened {
  readonly db: Database;
  readonly setAside?: OpenedKv['setAside'];
}

async function openOurs(path: string): Promise<Opened> {
  const { db, why } = look(path);
  if (db !== undefined && why === OURS) return { db };
  await db?.close();
  const setAside = { to: await moveAside(path), why };
  return { ...openNew(path), setAside };
}

function openNew(path: string): Opened {
  const { db, why } = look(path);
  if (db === undefined || why !== OURS) throw new StoreError('store-disk', `${path} cannot be made: ${why}`);
  return { db };
}

/** In the place of a reason why it is not ours. */
const OURS = '';

/** Opens, and says why it is not ours. */
function look(path: string): { readonly db?: Database; readonly why: string } {
  let db: Database | undefined;
  try {
    db = openFile(path);
    refuseOthers(db, path);
    return { db, why: whyNotOurs(db) };
  } catch (error) {
    if (error instanceof StoreError) {
      void db?.close();
      throw error;
    }
    return { ...(db === undefined ? {} : { db }), why: `LMDB cannot read it: ${textOf(error)}` };
  }
}

const openFile = (path: string): Database =>
  open<Buffer, Buffer>({
    path,
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    cache: false,
    maxReaders: 32,
  });

/** A file without our mark is taken as ours only when it is empty. */
function whyNotOurs(db: Database): string {
  const mark = db.getBinary(MARK)?.toString('latin1');
  if (mark === LAYOUT) return OURS;
  if (mark !== undefined) return 'it was written by another version of Muster';
  for (const _ of db.getKeys({ limit: 1 })) return 'it is an LMDB file of another program';
  db.putSync(MARK, Buffer.from(LAYOUT, 'latin1'));
  return OURS;
}

/** LMDB names every process that reads; the slot of a dead one is cleared as the file is opened. */
function refuseOthers(db: Database, path: string): void {
  db.getBinary(MARK);
  const pids = [...db.readerList().matchAll(/^\s*(\d+)\s/gm)].map(([, pid]) => Number(pid));
  const other = pids.find((pid) => pid !== process.pid);
  if (other !== undefined)
    throw new StoreError(
      'store-busy',
      `${path} is open in process ${other}: stop it first, or give this one a folder of its own`,
    );
}

function lmdbBacking(db: Database, path: string, options: KvOptions, closed: () => void): Backing {
  return {
    get: (key) => {
      const bytes = db.getBinaryFast(key as Buffer);
      return bytes?.subarray(0, (db as unknown as { lastSize: number }).lastSize);
    },
    range: function* (start, end) {
      for (const { key, value } of db.getRange({ start: start as Buffer, end: end as Buffer })) yield [key, value];
    },
    commit: async (changes) => {
      refuseGrowth(db, path, options.maxBytes, changes);
      await commit(db, path, changes);
    },
    size: () => ({ bytes: extentOf(db).bytes, maxBytes: options.maxBytes }),
    close: async () => {
      await db.close();
      closed();
    },
  };
}

async function commit(db: Database, path: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  try {
    const written = db.batch(() => {
      for (const { key, value } of changes) {
        if (value === undefined) void db.remove(key as Buffer);
        else void db.put(key as Buffer, value as Buffer);
      }
    });
    await written;
  } catch (error) {
    const cause = await ((error as { commitError?: Promise<unknown> }).commitError ?? Promise.resolve(error)).catch(
      (reason: unknown) => reason,
    );
    throw new StoreError('store-disk', `${path} could not be written: ${explained(cause)}`, { cause });
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
function extentOf(db: Database): { readonly bytes: number; readonly spare: number; readonly pageSize: number } {
  const { pageSize, lastPageNumber, root, free } = db.getStats() as Stats;
  const held = [root, free].reduce(
    (sum, pages) => sum + pages.treeBranchPageCount + pages.treeLeafPageCount + pages.overflowPages,
    2,
  );
  const pages = lastPageNumber + 1;
  return { bytes: pages * pageSize, spare: Math.max(0, pages - held) * pageSize, pageSize };
}

/** Removing is always allowed: it is what makes room. */
function refuseGrowth(db: Database, path: string, maxBytes: number, changes: readonly Change[]): void {
  const puts = changes.filter(({ value }) => value !== undefined);
  if (puts.length === 0) return;
  const { bytes, spare, pageSize } = extentOf(db);
  const values = puts.reduce((sum, { key, value }) => sum + key.length + value!.length, 0);
  const needed = Math.min(puts.length * PAGES_A_CHANGE * pageSize, bytes + values) + values;
  if (bytes - spare + needed <= maxBytes || bytes + needed <= maxBytes) return;
  throw new StoreError(
    'store-full',
    `${path} has ${bytes} bytes and may have ${maxBytes}: raise its bound, or remove agents that are gone for good`,
  );
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
