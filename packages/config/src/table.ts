/** One synchronised directory, relative to R, with what of it is synchronised and how it lies on disk. */
export interface TableEntry {
  /** Without slashes at either end. */
  readonly directory: string;
  /** Permission bits of its files. */
  readonly mode: number;
  /** Base names, or every file. */
  readonly files: 'all' | readonly string[];
  /** Whether directories below are part of it. */
  readonly recursive: boolean;
  /** Whether a directory that is left without files is removed on the worker. */
  readonly removeEmptyDirectories: boolean;
}

/** The directories that a master keeps identical on its workers (`reference/config.md` 4, column 4.14). */
export const synchronisedDirectories: readonly TableEntry[] = [
  { directory: 'etc', mode: 0o640, files: ['client.keys'], recursive: false, removeEmptyDirectories: false },
  { directory: 'etc/shared', mode: 0o660, files: 'all', recursive: true, removeEmptyDirectories: true },
  { directory: 'var/multigroups', mode: 0o660, files: ['merged.mg'], recursive: true, removeEmptyDirectories: true },
  { directory: 'etc/rules', mode: 0o660, files: 'all', recursive: true, removeEmptyDirectories: false },
  { directory: 'etc/decoders', mode: 0o660, files: 'all', recursive: true, removeEmptyDirectories: false },
  { directory: 'etc/lists', mode: 0o660, files: 'all', recursive: true, removeEmptyDirectories: false },
];

/** Base names that are never synchronised, wherever they lie. */
export const excludedFiles: readonly string[] = ['ar.conf', 'ossec.conf'];

/** Endings of base names that are never synchronised: files that an editor or a lock leaves. */
export const excludedExtensions: readonly string[] = ['~', '.tmp', '.lock', '.swp'];
