/** Adapter: one process at a time opens the file, and what is not ours or not whole is moved aside first. */
import { Buffer } from 'node:buffer';
import { chmod } from 'node:fs/promises';
import { open, type RootDatabase } from 'lmdb';
import { bufferOf } from '../bytes.ts';
import type { OpenedKv } from '../kv.ts';
import { StoreError } from '../store-error.ts';
import { makeLock } from './disk-room.ts';
import { damageIn, foreignness, moveAside, refused } from './lmdb-file.ts';

export type Root = RootDatabase<Buffer, Buffer>;

/** Names the file as ours, and its layout. */
const MARK = Buffer.from('\0muster', 'latin1');
/** A key that is never written. */
const NOBODY = Buffer.from('\0nobody', 'latin1');
const LAYOUT = 'muster store 1';
/** As the log: what agents say of themselves is for the manager's own group. */
const MODE = 0o640;

/** Open files of this process: LMDB would share one between two. */
const inUse = new Set<string>();

export interface Owned {
  readonly root: Root;
  readonly close: () => Promise<void>;
  readonly setAside?: OpenedKv['setAside'];
}

export async function openOwned(path: string): Promise<Owned> {
  if (inUse.has(path)) throw new StoreError('store-busy', `${path} is open in this process already`);
  inUse.add(path);
  try {
    return await openFirst(path);
  } catch (error) {
    inUse.delete(path);
    throw error;
  }
}

async function openFirst(path: string): Promise<Owned> {
  const foreign = await foreignness(path);
  if (foreign !== undefined) return aside(path, foreign);
  const root = await openFile(path);
  try {
    refuseOthers(root, path);
    const why = (await damageIn(path)) ?? whyNotOurs(root);
    if (why === undefined) return owned(root, path);
    await root.close();
    return await aside(path, why);
  } catch (error) {
    await root.close();
    throw error;
  }
}

async function aside(path: string, why: string): Promise<Owned> {
  const setAside = { to: await moveAside(path), why };
  const root = await openFile(path);
  const still = whyNotOurs(root);
  if (still !== undefined) throw new StoreError('store-disk', `${path} cannot be made anew: ${still}`);
  return { ...owned(root, path), setAside };
}

const owned = (root: Root, path: string): Owned => ({
  root,
  close: async () => {
    // After a commit that failed LMDB would wait for its flush for ever: one that changes nothing, and needs no room, ends that.
    await root.remove(NOBODY).catch(() => false);
    await root.close();
    inUse.delete(path);
  },
});

async function openFile(path: string): Promise<Root> {
  await makeLock(path);
  const root = openRoot(path);
  // LMDB lets everybody read. On a file system without modes it stays so.
  for (const each of [path, `${path}-lock`]) await chmod(each, MODE).catch(() => undefined);
  return root;
}

function openRoot(path: string): Root {
  try {
    return open<Buffer, Buffer>({
      path,
      noSubdir: true,
      encoding: 'binary',
      keyEncoding: 'binary',
      cache: false,
      // It would begin a batch of its own around ours, and nobody hears that one fail: a full disk would end the process.
      eventTurnBatching: false,
      maxDbs: 32,
      maxReaders: 32,
    });
  } catch (error) {
    throw refused(path, error as NodeJS.ErrnoException);
  }
}

/** A file without our mark is taken as ours only when it is empty. */
function whyNotOurs(root: Root): string | undefined {
  const mark = root.getBinary(MARK)?.toString('latin1');
  if (mark === LAYOUT) return undefined;
  if (mark !== undefined) return 'it was written by another version of Muster';
  for (const _ of root.getKeys({ limit: 1 })) return 'it is an LMDB file of another program';
  root.putSync(MARK, Buffer.from(LAYOUT, 'latin1'));
  return undefined;
}

/** LMDB names every process that reads; the slot of a dead one is cleared as the file is opened. Ours is taken by asking. */
function refuseOthers(root: Root, path: string): void {
  root.getStats();
  const pids = [...root.readerList().matchAll(/^\s*(\d+)\s/gm)].map(([, pid]) => Number(pid));
  const other = pids.find((pid) => pid !== process.pid);
  if (other === undefined) return;
  const cure = 'stop it first, or give this one a folder of its own';
  throw new StoreError('store-busy', `${path} is open in process ${other}: ${cure}`);
}

/** Of all tables that there are. */
export const tableNames = (root: Root): readonly string[] =>
  [...root.getKeys()].filter((name) => !bufferOf(name).equals(MARK)).map((name) => bufferOf(name).toString());
