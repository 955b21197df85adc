/** Adapter: the configuration of R on the disk. */
import { readFile, stat } from 'node:fs/promises';
import { loadConfig, type NodeConfig } from '@muster/config';

/** @throws {ConfigError} and nothing else. */
export const readConfig = (root: string): Promise<NodeConfig> => loadConfig({ root, read: readText, isDirectory });

const readText = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

/** What cannot be looked at counts as there: reading says why it cannot be read. */
const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
