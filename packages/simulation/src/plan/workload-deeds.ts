/** What people and programs beside the nodes may do. Each kind of deed with its fields; durations in ms. */
import { amount, text, whole, word } from './field.ts';

/** The directories that operators work in, relative to R. `etc/client.keys` has deeds of its own. */
export const workedDirectories = ['etc/rules', 'etc/decoders', 'etc/lists', 'etc/shared', 'var/multigroups'] as const;
export type WorkedDirectory = (typeof workedDirectories)[number];

/** The largest file that a deed may write, bytes: bounds the memory of a run. */
const maxBytes = 64 * 1024 * 1024;

const node = text;
const within = word(workedDirectories);
const count = whole(1, 1_000);
const bytes = whole(0, maxBytes);
const duration = amount(0, 3_600_000);
const at = { node, within };

/** What an operator does to files, on the node he is on. */
export const fileDeeds = {
  create: { ...at, count, bytes },
  /** In place: same inode, and for a moment neither old nor new. */
  write: { ...at, count, bytes },
  /** Written beside and renamed over. */
  replace: { ...at, count, bytes },
  /** More than one window of a stream. */
  'large-file': { ...at, bytes },
  append: { ...at, count, bytes },
  delete: { ...at, count },
  rename: { ...at, count },
  'rename-directory': at,
  chmod: { ...at, count, mode: whole(0, 0o777) },
  'add-directory': { ...at, count, bytes, deep: whole(1, 4) },
  'remove-directory': at,
  /** Many at once, as `git checkout` does. */
  checkout: { ...at, change: whole(0, 1_000), add: whole(0, 1_000), remove: whole(0, 1_000), bytes },
  /** So large a share of the files: at 100 all. */
  'delete-many': { ...at, percent: whole(1, 100) },
  /** The same in every directory, client.keys too. */
  'delete-everything': { node, percent: whole(1, 100) },
  keys: { node, change: word(['grow', 'edit', 'shrink', 'empty', 'remove']), lines: whole(1, 1_000) },
  'empty-file': { ...at, count },
  /** Larger than `integrity.max_file_size` allows. */
  oversize: { ...at, bytes },
  'excluded-name': { ...at, name: word(['ar.conf', 'ossec.conf', 'x~', 'x.tmp', 'x.lock', '.x.swp']) },
  'broken-name': { ...at, how: word(['newline', 'backslash', 'not-utf8', 'too-long', 'deep']) },
  symlink: { ...at, to: word(['nowhere', 'outside', 'directory', 'file']) },
  /** Not atomic: in several pieces, with time between them. */
  'slow-write': { ...at, bytes, pieces: whole(2, 20), forMs: duration },
  /** Size, mtime and mode as before: only ctime tells. */
  'write-unseen': { ...at, count },
  /** A directory where a file was, or a file where a directory was. */
  'swap-kind': { ...at, to: word(['directory', 'file']) },
} as const;

/** What an operator does to processes, in good order. */
export const careDeeds = {
  ask: {
    node,
    request: word([
      'get-cluster',
      'get-health',
      'explain',
      'get-tree',
      'set-log-level',
      'crash-actor',
      'sync-now',
      'forget-node',
    ]),
  },
  restart: { node, downMs: duration },
  'restart-all': { downMs: duration },
} as const;

export const workloadDeeds = { ...fileDeeds, ...careDeeds } as const;
