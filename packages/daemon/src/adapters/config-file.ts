/** Adapter: one file of the configuration, from the disk. */
import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The text of the file at `path`, UTF-8; undefined when nothing is there. Symlinks are followed. Rejects with the
 * system's error, or with words when it is no regular file: a pipe or a device might never come to its end.
 */
export async function readConfigFile(path: string): Promise<string | undefined> {
  const file = await openIfThere(path);
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`it is ${kindOf(stat)} and not a file; put a file in its place`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Without waiting for somebody who writes into it, should it be a pipe. */
async function openIfThere(path: string) {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENXIO') throw new Error('it is a socket and not a file; put a file in its place', { cause: error });
    throw error;
  }
}

function kindOf(stat: Stats): string {
  if (stat.isFIFO()) return 'a pipe';
  return stat.isDirectory() ? 'a directory' : 'a device';
}
