/** Adapter: the configuration of R on the disk. */
import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { loadConfig, type NodeConfig } from '@muster/config';

/** @throws {ConfigError} and nothing else. */
export const readConfig = (root: string): Promise<NodeConfig> =>
  loadConfig({ root, read: readConfigFile, isDirectory });

/** What cannot be looked at counts as there: reading says why it cannot be read. */
const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );

/**
 * The text of the file at `path`, UTF-8; undefined when nothing is there. Symlinks are followed. Rejects with the
 * system's error, or with words when it is no regular file: a pipe or a device might never come to its end.
 */
export async function readConfigFile(path: string): Promise<string | undefined> {
  const file = await openIfThere(path);
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    // A directory is told by reading it, with the system's own code.
    if (!found.isFile() && !found.isDirectory())
      throw new Error(`it is ${kindOf(found)} and not a file; put a file in its place`);
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

const kindOf = (stat: Stats): string => (stat.isFIFO() ? 'a pipe' : 'a device');
