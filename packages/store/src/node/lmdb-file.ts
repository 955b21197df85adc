/** Adapter: looks at an LMDB file before LMDB does, for LMDB trusts what its file says. */
import { Buffer } from 'node:buffer';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { StoreError } from '../store-error.ts';

/** Why the file at `path` cannot be used; `undefined`: it can, or there is none. Rejects with `store-refused` when the system does not let us look. */
export async function unusable(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refused(path, error);
  });
  if (found === undefined) return undefined;
  if (!found.isFile()) return found.isDirectory() ? 'it is a directory' : 'it is no regular file';
  // What a process that died at once leaves.
  if (found.size === 0) return undefined;
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    throw refused(path, error);
  });
  try {
    return await faultOf(file, found.size);
  } finally {
    await file.close();
  }
}

const refused = (path: string, error: NodeJS.ErrnoException): StoreError =>
  new StoreError('store-refused', `${path} cannot be opened: ${explained(error)}`, { cause: error });

const PAGE = 4_096;
const MAGIC = 0xbeef_c0de;

/** Of the two first pages, which say where all others lie; the newer counts. */
async function faultOf(file: FileHandle, size: number): Promise<string | undefined> {
  const head = Buffer.alloc(2 * PAGE);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  if (bytesRead < head.length) return `it is cut off after ${size} bytes`;
  const metas = [head.subarray(0, PAGE), head.subarray(PAGE)].filter((page) => page.readUInt32LE(24) === MAGIC);
  if (metas.length === 0) return 'it is no LMDB file';
  const last = Math.max(...metas.map((page) => Number(page.readBigUInt64LE(144))));
  if (last >= size / PAGE) return `it is cut off: it has ${size} bytes of ${(last + 1) * PAGE}`;
  return undefined;
}

/** Renames it, and its lock file away, to the first free of `path.aside-1`, `path.aside-2`, …; resolves with the name. */
export async function moveAside(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const to = `${path}.aside-${number}`;
    const taken = await stat(to).then(
      () => true,
      () => false,
    );
    if (taken) continue;
    await rename(path, to).catch((error: NodeJS.ErrnoException) => {
      throw refused(path, error);
    });
    // Of the same file; a new one is made.
    await rename(`${path}-lock`, `${to}-lock`).catch(() => undefined);
    return to;
  }
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; the user of this daemon must be able to read and write it and its folder',
  EPERM: 'operation not permitted; look for an immutable flag, or a mount that forbids it',
  ENOSPC: 'no space left on the device; free some',
  EDQUOT: 'the disk quota is used up; raise it or free some space',
  EROFS: 'the file system is read-only; mount it writable',
  EIO: 'the device reports an input/output error; look into the kernel log',
  ENOTDIR: 'a file stands where a directory must be; remove it',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
};

/** By the system's code, or LMDB's words, which are the system's too. */
export function explained(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const text = String(message ?? error);
  const known =
    typeof code === 'string' ? code : (Object.entries(texts).find(([part]) => text.includes(part))?.[1] ?? '');
  return words[known] === undefined ? text : `${words[known]} (${known})`;
}

const texts: Readonly<Record<string, string>> = {
  'No space left': 'ENOSPC',
  'Permission denied': 'EACCES',
  'Read-only file system': 'EROFS',
  'Input/output error': 'EIO',
  'Disk quota': 'EDQUOT',
  'Too many open files': 'EMFILE',
};
