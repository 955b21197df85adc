import * as fs from 'node:fs';

/** Throws, with the system's code, unless every directory between `within` and the last part of `path` is a plain one. */
export type Confined = (path: string, within: string | undefined) => void;

/**
 * What was looked at is remembered for as long as this lives: one batch of calls, some milliseconds.
 * Node has no `openat`, so a directory that is replaced by a symlink between this look and the change
 * that follows it is not seen; whoever can do that owns the tree.
 */
export function openConfined(): Confined {
  const plain = new Set<string>();
  const look = (directory: string, within: string): void => {
    if (directory.length <= within.length || plain.has(directory)) return;
    look(directory.slice(0, directory.lastIndexOf('/')), within);
    const stat = fs.lstatSync(directory);
    if (stat.isSymbolicLink()) throw Object.assign(new Error('a symlink'), { code: 'ELOOP', syscall: 'lstat' });
    if (!stat.isDirectory()) throw Object.assign(new Error('no directory'), { code: 'ENOTDIR', syscall: 'lstat' });
    plain.add(directory);
  };
  return (path, within) => {
    if (within !== undefined && path.startsWith(`${within}/`)) look(path.slice(0, path.lastIndexOf('/')), within);
  };
}
