/**
 * Which paths are synchronised, told anew from what the configuration's table says: an oracle that asked the
 * product would share its mistakes.
 */
import { excludedExtensions, excludedFiles, synchronisedDirectories, type TableEntry } from '@muster/config';

/** The directory of a path relative to R, and its name in it. */
export function splitAt(path: string): readonly [directory: string, name: string] {
  const at = path.lastIndexOf('/');
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
}

const entries = new Map<string, TableEntry | undefined>();

/** The deepest entry of the table that `directory` (relative to R) belongs to. */
export function entryOf(directory: string): TableEntry | undefined {
  if (entries.has(directory)) return entries.get(directory);
  let found: TableEntry | undefined;
  for (const entry of synchronisedDirectories) {
    const inside = directory === entry.directory || (entry.recursive && directory.startsWith(`${entry.directory}/`));
    if (inside && (found === undefined || entry.directory.length > found.directory.length)) found = entry;
  }
  entries.set(directory, found);
  return found;
}

/** The entry by which a regular file at `path` (relative to R) is synchronised; undefined: it is none of ours. */
export function selectedBy(path: string): TableEntry | undefined {
  const [directory, name] = splitAt(path);
  const entry = entryOf(directory);
  if (entry === undefined || excludedFiles.includes(name)) return undefined;
  if (entry.files !== 'all' && !entry.files.includes(name)) return undefined;
  return excludedExtensions.some((end) => name.endsWith(end)) ? undefined : entry;
}

/** Whether something at `path` may be, or may lie above, what is synchronised. */
export const concerns = (path: string): boolean =>
  entryOf(path) !== undefined ||
  entryOf(splitAt(path)[0]) !== undefined ||
  synchronisedDirectories.some(({ directory }) => directory.startsWith(`${path}/`));

/** Names that are left out of the synchronisation, or that a disk may show in another way than they were given. */
export function isPlain(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
  if (/[\u0000-\u001f\u007f-\u009f\\\ufffd]/.test(path) || Buffer.byteLength(path) > 3_700) return false;
  return isWellFormed(path) && path.split('/').every((part) => part !== '' && Buffer.byteLength(part) <= 255);
}

const isWellFormed = (text: string): boolean =>
  !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
