/** Adapter: where this machine has HAProxy. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What `MUSTER_HAPROXY` names, or that on PATH, or where systems keep it for root alone; undefined: there is none. */
export function findHaproxy(): string | undefined {
  const named = process.env.MUSTER_HAPROXY;
  if (named !== undefined && named !== '') return mayBeRun(named) ? named : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'haproxy'))
    .find(mayBeRun);
}

function mayBeRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
