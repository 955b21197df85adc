/** The answer to `get_hash`: BLAKE2b of every rule, decoder and list, by path (`reference/links.md` 6). */
import { Buffer } from 'node:buffer';
import type { FileTree } from '@muster/protocol';
import { fine, type Outcome, refused } from './outcome.ts';

const folders = ['etc/rules', 'etc/decoders', 'etc/lists'];
/** 180,000 files of usual names. It is made at once, in a tenth of a second, and held while a client reads it. */
export const maxHashBytes = 32 * 1024 * 1024;

export type HashAnswers = (tree: FileTree | undefined) => Outcome<Uint8Array>;

/** Makes the answer once for each tree: programs ask again and again, and the tree changes seldom. */
export function openHashAnswers(limit: number = maxHashBytes): HashAnswers {
  let made: { readonly tree: FileTree | undefined; readonly answer: Outcome<Uint8Array> } | undefined;
  return (tree) => {
    if (made === undefined || made.tree !== tree) made = { tree, answer: hashAnswer(tree, limit) };
    return made.answer;
  };
}

function hashAnswer(tree: FileTree | undefined, limit: number): Outcome<Uint8Array> {
  const rows: string[] = [];
  let bytes = 2;
  for (const [directory, { files }] of [...(tree?.directories ?? [])].sort(byName)) {
    if (!folders.some((folder) => directory === folder || directory.startsWith(`${folder}/`))) continue;
    for (const [name, { digest }] of files) {
      const row = `${JSON.stringify(`${directory}/${name}`)}:"${digest}"`;
      bytes += Buffer.byteLength(row) + 1;
      if (bytes > limit) return refused(3050, `There are more hashes than ${limit} bytes hold; use the command muster`);
      rows.push(row);
    }
  }
  return fine(Buffer.from(`{${rows.join(',')}}`));
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : one > other ? 1 : 0;
