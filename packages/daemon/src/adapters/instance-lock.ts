/**
 * Adapter: one daemon for each R, held by the kernel.
 *
 * The lock is an abstract unix socket (unix(7)): binding is atomic and the kernel lets go of it when
 * the process ends, however it ends, so there is no stale lock to clear. Its name holds a token
 * kept in R, so that nobody who may not read R can hold the name against us.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { exitCodes, StartError } from '../exit-codes.ts';

export interface InstanceLock {
  release(): Promise<void>;
}

/** Rejects with a `StartError` (`ALREADY_RUNNING`, exit code 75) when another process holds R. */
export async function lockInstance(root: string): Promise<InstanceLock> {
  const token = await lockToken(join(root, 'queue/cluster/muster/instance'));
  const server = createServer((socket) => socket.destroy());
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? alreadyRunning(root) : error);
    });
    server.listen(`\0muster-${token}`, resolve);
  });
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

const alreadyRunning = (root: string): StartError =>
  new StartError(
    'ALREADY_RUNNING',
    `Another Muster runs for ${root}. Ask it with: muster health --root ${root}. Stop it before you start a second.`,
    exitCodes.alreadyRunning,
  );

/** Reads the token, or makes one; of two that make one at once, both use the first. */
async function lockToken(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o770 });
  const token = (await readIfThere(path)) ?? (await makeToken(path));
  if (/^[0-9a-f]{32}$/.test(token)) return token;
  throw new StartError('INSTANCE_FILE', `${path} is not what Muster wrote. Delete it and start again.`);
}

/** Written under a name of its own and linked when it is whole: a kill or a full disk leaves no half token behind. */
async function makeToken(path: string): Promise<string> {
  const token = randomBytes(16).toString('hex');
  const draft = `${path}.${token}`;
  try {
    await writeFile(draft, token, { mode: 0o600, flag: 'wx', flush: true });
    await link(draft, path);
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readFile(path, 'utf8')).trim();
  } finally {
    await rm(draft, { force: true });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
