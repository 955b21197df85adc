/**
 * Adapter: one daemon for each R, held by the kernel.
 *
 * The lock is an abstract unix socket (unix(7)): binding is atomic and the kernel lets go of it when
 * the process ends, however it ends, so there is no stale lock to clear. Its name holds a token
 * kept in R, so that nobody who may not read R can hold the name against us.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { exitCodes, StartError } from '../exit-codes.ts';

export interface InstanceLock {
  /** Where the token lies. */
  readonly path: string;
  /**
   * Writes the token that is locked anew where its file is gone, or bears another one that nobody holds, or none: without it a second
   * daemon would lock a token of its own and run beside. Resolves with whether it was written. Rejects with the system's
   * error, or with a `StartError` (`ALREADY_RUNNING`) when such a second daemon runs.
   */
  restore(): Promise<boolean>;
  release(): Promise<void>;
}

/** Rejects with a `StartError` (`ALREADY_RUNNING`, exit code 75) when another process holds R. */
export async function lockInstance(root: string): Promise<InstanceLock> {
  const path = join(root, 'queue/cluster/muster/instance');
  const token = await lockToken(path);
  const server = await hold(token, root);
  return { path, restore: () => restoreToken(path, token, root), release: () => letGo(server) };
}

/** Binds the kernel's name of `token`. */
async function hold(token: string, root: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? alreadyRunning(root) : error);
    });
    server.listen(`\0muster-${token}`, resolve);
  });
  return server;
}

const letGo = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

async function restoreToken(path: string, token: string, root: string): Promise<boolean> {
  const found = await readIfThere(path);
  if (found === token) return false;
  await mkdir(dirname(path), { recursive: true, mode: 0o770 });
  if (found === undefined) return (await placeToken(path, token)) === token;
  // A start in between has left its own: it may be overwritten once nobody holds it.
  const other = isToken(found) ? await hold(found, root) : undefined;
  try {
    const draft = `${path}.${token}`;
    await writeFile(draft, token, { mode: 0o600, flush: true });
    await rename(draft, path);
  } finally {
    if (other !== undefined) await letGo(other);
  }
  return true;
}

const alreadyRunning = (root: string): StartError =>
  new StartError(
    'ALREADY_RUNNING',
    `Another Muster runs for ${root}. Ask it with: muster health --root ${root}. Stop it before you start a second.`,
    exitCodes.alreadyRunning,
  );

const isToken = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

/** Reads the token, or makes one; of two that make one at once, both use the first. */
async function lockToken(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o770 });
  const token = (await readIfThere(path)) ?? (await placeToken(path, randomBytes(16).toString('hex')));
  if (isToken(token)) return token;
  throw new StartError('INSTANCE_FILE', `${path} is not what Muster wrote. Delete it and start again.`);
}

/** Written under a name of its own and linked when it is whole: a kill or a full disk leaves no half token behind. Resolves with the token that lies there then. */
async function placeToken(path: string, token: string): Promise<string> {
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
