/** Adapter: what Linux tells of processes, sockets and limits in /proc. */
import { access, readdir, readFile, readlink } from 'node:fs/promises';
import type { LocalFacts, ProcessFact } from './facts.ts';
import {
  clusterdIn,
  isStarted,
  listenersOf,
  listensOn,
  parseLimits,
  parseStatus,
  pidOfFile,
  timeKeeperIn,
} from './proc-text.ts';

const read = (path: string): Promise<string> => readFile(path, 'utf8');
const readOr = (path: string, otherwise: string): Promise<string> => read(path).catch(() => otherwise);

export const maxWatches = async (): Promise<number> => Number(await read('/proc/sys/fs/inotify/max_user_watches'));

export async function processFact(pid: number): Promise<ProcessFact> {
  const [status, limits, open] = await Promise.all([
    read(`/proc/${pid}/status`),
    read(`/proc/${pid}/limits`),
    readdir(`/proc/${pid}/fd`).catch(() => undefined),
  ]);
  return {
    ...parseStatus(status),
    maxFiles: parseLimits(limits),
    ...(open === undefined ? {} : { openFiles: open.length }),
  };
}

/** What `each` makes of every process; those that ended meanwhile are left out. */
async function ofProcesses<T>(each: (pid: number) => Promise<T>): Promise<readonly (readonly [number, T])[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const value = await each(pid).catch(() => undefined);
      return value === undefined ? [] : [[pid, value] as const];
    }),
  );
  return found.flat();
}

export async function timeKeeper(): Promise<string> {
  const names = await ofProcesses((pid) => read(`/proc/${pid}/comm`));
  return timeKeeperIn(names.map(([, name]) => name.trim()));
}

export async function inContainer(): Promise<boolean> {
  const marks = ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io'];
  const there = await Promise.all(
    marks.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return there.includes(true);
}

export async function clusterdProcesses(root: string): Promise<readonly number[]> {
  const lines = await ofProcesses((pid) => read(`/proc/${pid}/cmdline`));
  return lines.filter(([, line]) => clusterdIn(line, root)).map(([pid]) => pid);
}

/** Whether a process that a pid file of `root` names is a Muster that was started. One that has ended has no arguments any more. */
export async function musterRuns(root: string): Promise<boolean> {
  const names = await readdir(`${root}/var/run`).catch(() => []);
  const pids = names.flatMap((name) => pidOfFile(name) ?? []);
  const lines = await Promise.all(pids.map((pid) => readOr(`/proc/${pid}/cmdline`, '')));
  return lines.some(isStarted);
}

export async function portTaken(port: number): Promise<boolean> {
  const tables = await Promise.all([read('/proc/net/tcp'), readOr('/proc/net/tcp6', '')]);
  return tables.some((table) => listensOn(table, port));
}

/** `somebody`: whose it is, this user may not see. */
export async function socketOwner(
  path: string,
  pid: number | undefined,
): Promise<Extract<LocalFacts['internalSocket'], { ok: true }>['value']> {
  const inodes = listenersOf(await read('/proc/net/unix'), path);
  if (inodes.length === 0) return 'nobody';
  if (pid === undefined) return 'somebody';
  const names = await readdir(`/proc/${pid}/fd`).catch(() => undefined);
  if (names === undefined) return 'somebody';
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return inodes.some((inode) => targets.includes(`socket:[${inode}]`)) ? 'node' : 'other';
}
