/** Adapter: reads the configuration files of R from the disk. */
import { readFile, stat } from 'node:fs/promises';
import { ConfigError, describeConfig, describeConfigError, loadConfig } from '@muster/config';

/** What the configuration of `root` comes to, or every fault that it has, in words for people. */
export async function checkConfiguration(root: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    return { ok: true, text: describeConfig(await loadConfig({ root, read: readText, isDirectory })).trimEnd() };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, text: describeConfigError(error).trimEnd() };
    throw error;
  }
}

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
