/**
 * Adapter: `R/var/run/wazuh-clusterd-PID.pid`, by which `wazuh-control status` knows the cluster
 * daemon (`reference/config.md` 5). Files of that name whose process is gone are removed at start.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PidFile {
  remove(): Promise<void>;
}

const pidOf = (name: string): number | undefined => {
  const match = /^wazuh-clusterd-(\d{1,9})\.pid$/.exec(name);
  return match === null ? undefined : Number(match[1]);
};

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Writes the file of this process (mode 0640, its folder made when missing). Rejects with the system's error. */
export async function writePidFile(root: string): Promise<PidFile> {
  const folder = join(root, 'var/run');
  await mkdir(folder, { recursive: true, mode: 0o770 });
  for (const name of await readdir(folder)) {
    const pid = pidOf(name);
    if (pid !== undefined && !runs(pid)) await rm(join(folder, name), { force: true });
  }
  const path = join(folder, `wazuh-clusterd-${process.pid}.pid`);
  await writeFile(path, `${process.pid}\n`, { mode: 0o640 });
  return { remove: () => rm(path, { force: true }) };
}
