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

/** What was read of a directory, by index in its listing. */
export interface Content {
  readonly digested: ReadonlyMap<number, Digested>;
  readonly followed: ReadonlyMap<number, Followed>;
}

/** Gone since it was listed: not a problem, only no longer there. */
const gone = new Set(['ENOENT', 'ENOTDIR', 'NOT_A_FILE', 'ELOOP']);

interface Draft {
  readonly found: Classified;
  readonly before: Known | undefined;
  readonly maxFileBytes: number;
  readonly freshNs: bigint;
  readonly trusts: Uint8Array;
  readonly digests: Uint8Array;
  readonly problems: Problem[];
  readonly files: Map<string, FileEntry>;
  readonly targets: Map<string, BigInt64Array>;
  settled: boolean;
}

/** Makes of a classified directory and what was read what is known of it. `freshNs`: see `isFresh`. */
export function settle(
  found: Classified,
  { digested, followed }: Content,
  before: Known | undefined,
  freshNs: bigint,
  maxFileBytes: number,
): Known {
  const { packed } = found.listing.stats;
  const draft = draftOf(found, before, freshNs, maxFileBytes);
  for (const { index, digest } of found.reuse)
    keep(draft, index, digest, undefined, packedSize(packed, index), trust.sure);
  for (const [index, one] of digested) takeDigested(draft, index, one);
  for (const [index, one] of followed) takeFollowed(draft, index, one);
  return knownOf(draft);
}

const draftOf = (found: Classified, before: Known | undefined, freshNs: bigint, maxFileBytes: number): Draft => ({
  found,
  before,
  freshNs,
  maxFileBytes,
  trusts: new Uint8Array(found.listing.names.length),
  digests: new Uint8Array(found.listing.names.length * digestBytes),
  problems: [...found.problems],
  files: new Map(),
  targets: new Map(),
  settled: found.links.length === 0,
});

function keep(
  draft: Draft,
  index: number,
  raw: Uint8Array,
  hex: string | undefined,
  size: number,
  state: number,
): void {
  const name = draft.found.listing.names[index]!;
  draft.digests.set(raw, index * digestBytes);
  draft.trusts[index] = state;
  if (state !== trust.sure) draft.settled = false;
  const same = draft.before?.node?.files.get(name);
  const digest = hex ?? hexOf(raw);
  draft.files.set(name, same !== undefined && same.size === size && same.digest === digest ? same : { size, digest });
}

function failedAt(draft: Draft, index: number, code: string): void {
  draft.settled = false;
  if (gone.has(code)) return;
  const path = pathAt(draft, index);
  draft.problems.push(code === 'CHANGED' ? changing(path) : unreadableFile(path, code));
}

const pathAt = ({ found }: Draft, index: number): string => joinPath(found.directory, found.listing.names[index]!);

/** It may have grown since it was listed. */
function takeDigested(draft: Draft, index: number, one: Digested): void {
  const { found, maxFileBytes, freshNs } = draft;
  if (!one.ok) return failedAt(draft, index, one.failure.code);
  if (one.stat.size > maxFileBytes)
    return void draft.problems.push(tooLarge(pathAt(draft, index), one.stat.size, maxFileBytes));
  const { packed } = found.listing.stats;
  packStat(packed, index, one.stat);
  const state = isFresh(packed, index, freshNs) ? trust.fresh : trust.sure;
  keep(draft, index, Buffer.from(one.digest, 'hex'), one.digest, one.stat.size, state);
}

function takeFollowed(draft: Draft, index: number, one: Followed): void {
  const path = pathAt(draft, index);
  if (!one.ok) {
    const { maxFileBytes } = draft;
    draft.problems.push(one.tooLarge === undefined ? symlinkOutside(path) : tooLarge(path, one.tooLarge, maxFileBytes));
    return;
  }
  if (!one.digested.ok) return failedAt(draft, index, one.digested.failure.code);
  const { digest, stat } = one.digested;
  packStat(one.packed, 0, stat);
  const state = isFresh(one.packed, 0, draft.freshNs) ? trust.fresh : trust.sure;
  keep(draft, index, Buffer.from(digest, 'hex'), digest, stat.size, state);
  if (state === trust.sure) draft.targets.set(draft.found.listing.names[index]!, one.packed);
}

function knownOf(draft: Draft): Known {
  const { found, before, trusts, digests, problems, targets } = draft;
  const { directory, entry, listing, modeDrift, leftovers, subdirectories, asked } = found;
  const blocked = problems.some(({ effect }) => effect === 'blocking');
  return {
    directory,
    entry,
    names: listing.names,
    notUtf8: listing.notUtf8,
    packed: listing.stats.packed,
    trusts,
    digests,
    node: nodeOf(found, draft.files, before),
    problems,
    modeDrift,
    leftovers,
    subdirectories,
    targets,
    asked,
    settled: draft.settled && !blocked,
  };
}

const hexOf = (raw: Uint8Array): string => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('hex');

/** A directory of which a file changed is digested anew; one that came out the same is shared. */
function nodeOf(
  { counts }: Classified,
  files: ReadonlyMap<string, FileEntry>,
  before: Known | undefined,
): DirectoryNode | undefined {
  if (files.size === 0 && !counts) return undefined;
  const last = before?.node;
  const same =
    last !== undefined &&
    last.files.size === files.size &&
    [...files].every(([name, file]) => last.files.get(name) === file);
  return same ? last : directoryNode(files);
}
