/** What the product's `sync` and `replace` make durable: exactly what the system calls of the real adapter do. */
import { type Disk, DiskError } from '@muster/tree';
import type { Calls } from './calls.ts';
import { createFile, setMeta } from './changes.ts';
import { syncAll, syncData, syncDevice, syncDirectory } from './durability.ts';
import { refused } from './open.ts';
import { directoryAt, inodeAt } from './paths.ts';
import { fillIn } from './space.ts';
import { renameFile } from './step-calls.ts';
import { freePlace, made, unlink } from './system-calls.ts';

/** More files or directories than this are synced with their whole device. As the real adapter has it by default. */
const few = 16;

type Code = string | undefined;

export function syncCalls(calls: Calls): Pick<Disk, 'sync' | 'replace'> {
  return {
    sync: (files, directories) =>
      calls.call('disk sync', files.length + directories.length, () => sync(calls, files, directories)),
    replace: (path, bytes, mode) => {
      const own = new Uint8Array(bytes);
      return calls.call('disk replace', 1, () => replace(calls, path, own, mode));
    },
  };
}

async function sync(calls: Calls, files: readonly string[], directories: readonly string[]): Promise<void> {
  const many = files.length > few || directories.length > few;
  if (many && (await syncDevices(calls, directories))) return;
  let unopened = false;
  const each = async (paths: readonly string[], one: (path: string) => Code): Promise<void> => {
    for (const path of paths) {
      const code = one(path);
      if (code === 'EACCES') unopened = true;
      else if (code !== undefined && !gone.has(code)) throw new DiskError(code, 'sync');
      await calls.between();
    }
  };
  await each(files, (path) => syncFile(calls, path));
  await each(directories, (path) => syncOneDirectory(calls, path));
  if (!unopened) return;
  calls.effect('sync-all');
  syncAll(calls.volume);
}

/** Whoever took it away answers for it. */
const gone = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** With one call a device. False: each is to be synced for itself. */
async function syncDevices(calls: Calls, directories: readonly string[]): Promise<boolean> {
  const devices = new Set<bigint>();
  for (const path of directories) {
    const directory = directoryAt(calls.volume, path);
    if (typeof directory === 'string') continue;
    if (calls.refusal('sync', path) !== undefined) return false;
    devices.add(directory.device);
  }
  for (const device of devices) {
    calls.effect('sync-device');
    syncDevice(calls.volume, device);
    await calls.between();
  }
  return true;
}

function syncFile(calls: Calls, path: string): Code {
  const inode = calls.refusal('sync', path) ?? inodeAt(calls.volume, path);
  if (typeof inode === 'string') return inode;
  if (inode.kind === 'symlink') return 'ELOOP';
  calls.effect('sync');
  if (inode.kind === 'directory') syncDirectory(calls.volume, inode);
  else syncData(calls.volume, inode);
  return undefined;
}

function syncOneDirectory(calls: Calls, path: string): Code {
  const directory = calls.refusal('sync', path) ?? directoryAt(calls.volume, path);
  if (typeof directory === 'string') return directory;
  calls.effect('sync-directory');
  syncDirectory(calls.volume, directory);
  return undefined;
}

/** Four effects: the temporary file written, synced, renamed, its directory synced. What fails in between leaves the temporary file. */
async function replace(calls: Calls, path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const temporary = `${path}.new`;
  refused(calls.refusal('write', temporary), path);
  calls.effect('write');
  refused(writeWhole(calls, temporary, bytes, mode), path);
  await calls.between();
  refused(syncFile(calls, temporary), path);
  await calls.between();
  refused(renameFile(calls, temporary, path), path);
  await calls.between();
  refused(syncOneDirectory(calls, path.slice(0, path.lastIndexOf('/'))), path);
}

function writeWhole({ volume }: Calls, path: string, bytes: Uint8Array, mode: number): Code {
  const before = unlink(volume, path, 'node');
  if (!made(before) && before !== 'ENOENT') return before as string;
  const place = freePlace(volume, path);
  if (typeof place === 'string') return place;
  const file = createFile(volume, place, 0o600, 'node');
  const code = fillIn(volume, place, file, bytes, 'node');
  if (code === undefined && mode !== 0o600) setMeta(volume, place, file, { mode }, 'node');
  return code;
}
