/** Adapter: the machine. */
import { constants } from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { arch, release, type } from 'node:os';
import type { HostPort } from '../platform.ts';

export const nodeHost: HostPort = {
  runtime: `Node.js ${process.version}`,
  system: `${type()} ${release()} ${arch()}`,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC',
  zoneMinutes: (atMs) => {
    const minutes = -new Date(atMs).getTimezoneOffset();
    // Of no time there is no offset, and -0 is none either.
    return Number.isFinite(minutes) ? minutes + 0 : 0;
  },
  runs: (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  },
  space: async (path) => {
    const { bsize, bavail, blocks } = await statfs(path);
    return { freeBytes: bsize * bavail, totalBytes: bsize * blocks };
  },
  readEnd: async (path, maxBytes) => {
    const file = await openPlain(path);
    try {
      return file === undefined ? undefined : await endOf(file, maxBytes);
    } finally {
      await file?.close();
    }
  },
};

async function openPlain(path: string): Promise<FileHandle | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    return await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function endOf(file: FileHandle, maxBytes: number): ReturnType<HostPort['readEnd']> {
  const stat = await file.stat();
  if (!stat.isFile()) throw Object.assign(new Error('it is no plain file'), { code: 'NOT_A_FILE' });
  const wanted = Math.min(stat.size, maxBytes);
  const bytes = Buffer.alloc(wanted);
  let length = 0;
  while (length < wanted) {
    const { bytesRead } = await file.read(bytes, length, wanted - length, stat.size - wanted + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return { bytes: bytes.subarray(0, length), cut: stat.size > wanted };
}
