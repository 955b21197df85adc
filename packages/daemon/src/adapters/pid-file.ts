/**
 * Adapter: `R/var/run/wazuh-clusterd-PID.pid`, by which `wazuh-control status` knows the cluster
 * daemon (`reference/config.md` 5). Files of that name that no cluster daemon stands behind are removed at start.
 */
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PidFile {
  readonly path: string;
  /** Writes it anew where it is gone. Resolves with whether it was. Rejects with the system's error. */
  restore(): Promise<boolean>;
  remove(): Promise<void>;
}

const pidOf = (name: string): number | undefined => {
  const match = /^wazuh-clusterd-(\d{1,9})\.pid$/.exec(name);
  return match === null ? undefined : Number(match[1]);
};

/**
 * Writes the file of this process (mode 0640, its folder made when missing). Call it under the lock on
 * `root`: no other Muster runs for it then, and a number that some other program has got since is no reason
 * to keep a file. Rejects with the system's error.
 */
export async function writePidFile(root: string): Promise<PidFile> {
  const folder = join(root, 'var/run');
  const path = join(folder, `wazuh-clusterd-${process.pid}.pid`);
  const write = async (): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o770 });
    await writeFile(path, `${process.pid}\n`, { mode: 0o640 });
  };
  await write();
  for (const name of await readdir(folder)) {
    const pid = pidOf(name);
    if (pid !== undefined && pid !== process.pid && !(await isClusterDaemon(pid)))
      await rm(join(folder, name), { force: true });
  }
  return {
    path,
    restore: async () => {
      if (await isThere(path)) return false;
      await write();
      return true;
    },
    remove: () => rm(path, { force: true }),
  };
}

/** Whether `pid` runs what may be the manager's own cluster daemon. Where the system does not say what it runs, it may. */
async function isClusterDaemon(pid: number): Promise<boolean> {
  if (!runs(pid)) return false;
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('clusterd');
  } catch {
    return true;
  }
}

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
