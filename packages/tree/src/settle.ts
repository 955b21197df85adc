import { type DirectoryNode, directoryNode, type FileEntry, joinPath } from '@muster/protocol';
import { type Classified, isFresh } from './classify.ts';
import type { Digested } from './disk.ts';
import { digestBytes, type Known, trust } from './known.ts';
import { packedSize, packStat } from './packed.ts';
import { changing, symlinkOutside, tooLarge, unreadableFile } from './problems.ts';
import type { Problem } from './results.ts';

/** A symlink, followed. */
export type Followed =
  | { readonly ok: false; readonly tooLarge?: number }
  | { readonly ok: true; readonly digested: Digested; readonly packed: BigInt64Array };

/** Gone since it was listed: not a problem, only no longer there. */
const gone = new Set(['ENOENT', 'ENOTDIR', 'NOT_A_FILE', 'ELOOP']);

/** Makes of a classified directory and what was read what is known of it. `freshNs`: see `isFresh`. */
export function settle(
  found: Classified,
  digested: ReadonlyMap<number, Digested>,
  followed: ReadonlyMap<number, Followed>,
  before: Known | undefined,
  freshNs: bigint,
  maxFileBytes: number,
): Known {
  const { directory, entry, listing } = found;
  const names = listing.names;
  const packed = listing.stats.packed;
  const trusts = new Uint8Array(names.length);
  const digests = new Uint8Array(names.length * digestBytes);
  const problems: Problem[] = [...found.problems];
  const files = new Map<string, FileEntry>();
  const targets = new Map<string, BigInt64Array>();
  let settled = found.links.length === 0;

  const keep = (index: number, raw: Uint8Array, hex: string | undefined, size: number, state: number): void => {
    const name = names[index]!;
    digests.set(raw, index * digestBytes);
    trusts[index] = state;
    if (state !== trust.sure) settled = false;
    const same = before?.node?.files.get(name);
    const digest = hex ?? hexOf(raw);
    files.set(name, same !== undefined && same.size === size && same.digest === digest ? same : { size, digest });
  };

  const failedAt = (index: number, code: string): void => {
    settled = false;
    if (gone.has(code)) return;
    const path = joinPath(directory, names[index]!);
    problems.push(code === 'CHANGED' ? changing(path) : unreadableFile(path, code));
  };

  for (const { index, digest } of found.reuse) keep(index, digest, undefined, packedSize(packed, index), trust.sure);
  for (const [index, one] of digested) {
    if (!one.ok) failedAt(index, one.failure.code);
    else if (one.stat.size > maxFileBytes)
      problems.push(tooLarge(joinPath(directory, names[index]!), one.stat.size, maxFileBytes));
    else {
      packStat(packed, index, one.stat);
      const state = isFresh(packed, index, freshNs) ? trust.fresh : trust.sure;
      keep(index, Buffer.from(one.digest, 'hex'), one.digest, one.stat.size, state);
    }
  }
  for (const [index, one] of followed) {
    const path = joinPath(directory, names[index]!);
    if (!one.ok)
      problems.push(one.tooLarge === undefined ? symlinkOutside(path) : tooLarge(path, one.tooLarge, maxFileBytes));
    else if (!one.digested.ok) failedAt(index, one.digested.failure.code);
    else {
      packStat(one.packed, 0, one.digested.stat);
      const state = isFresh(one.packed, 0, freshNs) ? trust.fresh : trust.sure;
      keep(index, Buffer.from(one.digested.digest, 'hex'), one.digested.digest, one.digested.stat.size, state);
      if (state === trust.sure) targets.set(names[index]!, one.packed);
    }
  }
  const node = nodeOf(found, files, before);
  const { modeDrift, leftovers, subdirectories } = found;
  const blocked = problems.some(({ effect }) => effect === 'blocking');
  return {
    directory,
    entry,
    names,
    notUtf8: listing.notUtf8,
    packed,
    trusts,
    digests,
    node,
    problems,
    modeDrift,
    leftovers,
    subdirectories,
    targets,
    settled: settled && !blocked,
  };
}

const hexOf = (raw: Uint8Array): string => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('hex');

/** A directory of which a file changed is digested anew; one that came out the same is shared. */
function nodeOf(
  { entry, directory, empty }: Classified,
  files: ReadonlyMap<string, FileEntry>,
  before: Known | undefined,
): DirectoryNode | undefined {
  const kept = entry.files === 'all' && empty && directory !== entry.directory;
  if (files.size === 0 && !kept) return undefined;
  const last = before?.node;
  const same =
    last !== undefined &&
    last.files.size === files.size &&
    [...files].every(([name, file]) => last.files.get(name) === file);
  return same ? last : directoryNode(files);
}
