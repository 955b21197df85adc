/** One synchronised directory (`reference/config.md` 4). */
export interface TableEntry {
  /** Relative to R, without slashes at either end: `etc/rules`. */
  readonly directory: string;
  /** Permission bits of its files. */
  readonly mode: number;
  /** Base names, or all of them. */
  readonly files: 'all' | readonly string[];
  readonly recursive: boolean;
  readonly removeEmptyDirectories: boolean;
}

export interface Exclusions {
  /** Base names that are never synchronised, wherever they lie. */
  readonly files: readonly string[];
  /** Ends of names that are never synchronised. */
  readonly extensions: readonly string[];
}

/** As the reference excludes (`reference/config.md` 4). */
export const defaultExclusions: Exclusions = {
  files: ['ar.conf', 'ossec.conf'],
  extensions: ['~', '.tmp', '.lock', '.swp'],
};

/** Names of files that we stage beside their targets; no one else's are ever removed as leftovers. */
const stagedName = /^\.muster-[0-9a-f]{16}-[0-9a-z]{1,24}\.tmp$/;

export const isStagedName = (name: string): boolean => name.startsWith('.muster-') && stagedName.test(name);
export const stagedNameOf = (digest: string, nonce: string, index: number): string =>
  `.muster-${digest.slice(0, 16)}-${nonce}${index.toString(36)}.tmp`;

export const isExcluded = (name: string, { files, extensions }: Exclusions): boolean =>
  files.includes(name) || extensions.some((end) => name.endsWith(end)) || isStagedName(name);

export const selects = (entry: Pick<TableEntry, 'files'>, name: string, exclusions: Exclusions): boolean =>
  (entry.files === 'all' || entry.files.includes(name)) && !isExcluded(name, exclusions);

/** Backslashes and control characters mislead logs, shells and peers on other systems. */
export const isSafeName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[\p{Cc}\\/]/u.test(name) && isNoLonger(name, 255);

/** A UTF-16 unit is three bytes at most: mostly the length answers. */
const isNoLonger = (text: string, bytes: number): boolean =>
  text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes;

/** Linux takes paths of 4,095 bytes; this leaves room for R and for the folders of our own. */
const maxPathBytes = 3_700;

export const isShortPath = (path: string): boolean => isNoLonger(path, maxPathBytes);

/** Relative, normalised, every part safe, not longer than the system takes. */
export const isSafePath = (path: string): boolean => isShortPath(path) && path.split('/').every(isSafeName);

/** The entry that `path` lies in: the deepest whose directory contains it, and that selects so deep. */
export function entryOf(table: readonly TableEntry[], directory: string): TableEntry | undefined {
  let deepest: TableEntry | undefined;
  for (const entry of table) {
    const contains = entry.directory === directory || (entry.recursive && directory.startsWith(`${entry.directory}/`));
    if (contains && entry.directory.length >= (deepest?.directory.length ?? 0)) deepest = entry;
  }
  return deepest;
}

/** What may be left in a directory that is removed nevertheless: names that are excluded everywhere (`reference/integrity.md` 5), and our own. */
export const mayBeLeft = (name: string, { files }: Exclusions): boolean => files.includes(name) || isStagedName(name);
