/** Adapter: looks at an LMDB file before LMDB does, for LMDB trusts what its file says. */
import { Buffer } from 'node:buffer';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { StoreError } from '../store-error.ts';
import { damageOf, type Head, headOf } from './lmdb-check.ts';

/**
 * Why the file at `path` is none that LMDB may see; `undefined`: it may, or there is none. Rejects with `store-refused` when
 * the system does not let us look.
 */
export async function foreignness(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refused(path, error);
  });
  if (found === undefined) return undefined;
  if (!found.isFile()) return found.isDirectory() ? 'it is a directory' : 'it is no regular file';
  // What a process that died at once leaves.
  if (found.size === 0) return undefined;
  return withFile(path, async (file) => headIn(await headsOf(file), found.size));
}

/** Why the file at `path` is not whole; `undefined`: it is. Nobody may write to it meanwhile. */
export async function damageIn(path: string): Promise<string | undefined> {
  const damage = await withFile(path, async (file) => {
    const heads = await headsOf(file);
    return typeof heads === 'string' ? undefined : damageOf(file, newestOf(heads));
  });
  return damage === undefined ? undefined : `it is damaged: ${damage}`;
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    throw refused(path, error);
  });
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

export const refused = (path: string, error: NodeJS.ErrnoException): StoreError =>
  new StoreError('store-refused', `${path} cannot be opened: ${explained(error)}`, { cause: error });

const PAGE = 4_096;

/** What the two first pages say, or why they say nothing. */
async function headsOf(file: FileHandle): Promise<readonly Head[] | string> {
  const pages = Buffer.alloc(2 * PAGE);
  const { bytesRead } = await file.read(pages, 0, pages.length, 0);
  if (bytesRead < pages.length) return `it is cut off after ${bytesRead} bytes`;
  const heads = [headOf(pages.subarray(0, PAGE)), headOf(pages.subarray(PAGE))].filter((head) => head !== undefined);
  return heads.length === 0 ? 'it is no LMDB file' : heads;
}

const newestOf = (heads: readonly Head[]): Head =>
  heads.reduce((one, other) => (other.transaction > one.transaction ? other : one));

function headIn(heads: readonly Head[] | string, size: number): string | undefined {
  if (typeof heads === 'string') return heads;
  const bytes = (newestOf(heads).lastPage + 1) * PAGE;
  return bytes <= size ? undefined : `it is cut off: it has ${size} bytes of ${bytes}`;
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
