/** Adapter: where this machine has HAProxy. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** On PATH, or where systems keep it for root alone; undefined: nowhere. */
export function findHaproxy(): string | undefined {
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
