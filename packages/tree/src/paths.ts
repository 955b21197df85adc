/** Questions about sets of paths relative to R. Pure. */
import { splitPath } from '@muster/protocol';
import type { TableEntry } from './selection.ts';

/** The directories from the entry's own down to `directory`, both included. */
export function ancestors(directory: string, entry: TableEntry): string[] {
  const all: string[] = [];
  for (let at = directory; at.length >= entry.directory.length; at = splitPath(at)[0]) {
    all.unshift(at);
    if (at === entry.directory) break;
  }
  return all;
}

/** Whether some directory above `path` is one of `paths`. */
export function underAny(path: string, paths: ReadonlySet<string>): boolean {
  if (paths.size === 0) return false;
  for (let at = splitPath(path)[0]; at !== ''; at = splitPath(at)[0]) if (paths.has(at)) return true;
  return false;
}

export const deepestFirst = (paths: readonly string[]): string[] =>
  [...new Set(paths)].sort((a, b) => b.split('/').length - a.split('/').length || (a < b ? -1 : 1));

/** Thousands of files lie in few directories: each is thought about once. */
export function memo<T>(work: (directory: string) => T): (directory: string) => T {
  const known = new Map<string, T>();
  return (directory) => {
    const before = known.get(directory);
    if (before !== undefined || known.has(directory)) return before as T;
    const value = work(directory);
    known.set(directory, value);
    return value;
  };
}
