import { explain } from './disk-error.ts';
import type { Problem } from './results.ts';

/** Reading is all that failed, and all that a master does: nobody shall open more than that needs. */
const unread = (code: string): string =>
  code === 'EACCES' ? 'permission denied; the user of this daemon must be able to read it' : explain(code);
const held = (path: string, code: Problem['code'], text: string): Problem => ({ path, effect: 'held', code, text });
const blocking = (path: string, code: Problem['code'], text: string): Problem => ({
  path,
  effect: 'blocking',
  code,
  text,
});

export const tooLarge = (path: string, size: number, limit: number): Problem =>
  held(path, 'too-large', `it has ${size} bytes, the limit is ${limit}; make it smaller or raise the limit`);
export const notUtf8 = (path: string): Problem =>
  held(path, 'not-utf8', 'its name is not UTF-8; rename it (the bytes in question are shown as \\xNN)');
export const unsafeName = (path: string): Problem =>
  held(path, 'unsafe-name', 'its name holds a backslash or a control character, or is too long; rename it');
export const symlinkOutside = (path: string): Problem =>
  held(
    path,
    'symlink-outside',
    'it is a symlink that leads to no synchronised file of its own directory; put a file there instead',
  );
export const unreadableFile = (path: string, code: string): Problem =>
  blocking(path, 'unreadable-file', `it cannot be read: ${unread(code)} (${code})`);
export const unreadableDirectory = (path: string, code: string): Problem =>
  blocking(path, 'unreadable-directory', `it cannot be listed: ${unread(code)} (${code})`);
export const missingDirectory = (path: string): Problem =>
  blocking(
    path,
    'missing-directory',
    'it held files and is gone; mount it again, or create it (empty, if that is meant)',
  );
/** A directory with nothing of the tree in it may be the bare mount point of a file system that is not there: its files are not deleted. */
export const unmountedDirectory = (path: string, files: number): Problem =>
  blocking(
    path,
    'missing-directory',
    `nothing in it is synchronised, and it lies on another device than the ${files} ${files === 1 ? 'file' : 'files'} it had: ` +
      'is its file system not mounted? Mount it; if it is meant, put a file into it that is synchronised',
  );
export const changing = (path: string): Problem =>
  blocking(path, 'changing', 'it changed each time it was read; it is read again by the next scan');
export const tooManyFiles = (files: number, limit: number): Problem =>
  blocking('', 'too-many-files', `there are ${files} files, the limit is ${limit}; remove some or raise the limit`);
