/** Opening files, and refusing. */
import { DiskError } from '@muster/tree';
import type { Calls } from './calls.ts';
import type { Operation } from './file-system.ts';
import type { File, Inode } from './inode.ts';
import { inodeAt } from './paths.ts';

/** Neither follows a symlink nor opens what is no regular file. */
export function openFile(calls: Calls, operation: Operation, path: string): File | string {
  const inode: Inode | string = calls.refusal(operation, path) ?? inodeAt(calls.volume, path);
  if (typeof inode === 'string') return inode;
  if (inode.kind === 'symlink') return 'ELOOP';
  return inode.kind === 'directory' ? 'NOT_A_FILE' : inode;
}

/** Throws what `code` stands for, if anything. */
export const refused = (code: string | undefined, path: string): void => {
  if (code !== undefined) throw new DiskError(code, path);
};
