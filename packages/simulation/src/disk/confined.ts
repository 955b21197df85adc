/** Whether every directory between `within` and the last part of a path is a plain one (`DiskStep`). */
import { inodeAt } from './paths.ts';
import type { Volume } from './volume.ts';

/** The code of the refusal. */
export type Confined = (path: string, within: string | undefined) => string | undefined;

/** What was looked at is remembered for as long as this lives, one batch: what changes meanwhile is not seen, as on the real disk. */
export function openConfined(volume: Volume): Confined {
  const plain = new Set<string>();
  const look = (directory: string, within: string): string | undefined => {
    if (directory.length <= within.length || plain.has(directory)) return undefined;
    const above = look(directory.slice(0, directory.lastIndexOf('/')), within);
    if (above !== undefined) return above;
    const inode = inodeAt(volume, directory);
    if (typeof inode === 'string') return inode;
    if (inode.kind === 'symlink') return 'ELOOP';
    if (inode.kind !== 'directory') return 'ENOTDIR';
    plain.add(directory);
    return undefined;
  };
  return (path, within) =>
    within !== undefined && path.startsWith(`${within}/`)
      ? look(path.slice(0, path.lastIndexOf('/')), within)
      : undefined;
}
