/** Reads through symlinks that lead to a synchronised file of the same table entry; no other is followed. */
import type { Classified } from './classify.ts';
import type { Digested, Disk, FileStat } from './disk.ts';
import type { Known } from './known.ts';
import { leadsInside } from './links.ts';
import { packStat, sameContent, statFields } from './packed.ts';
import type { Exclusions } from './selection.ts';
import type { Followed } from './settle.ts';

interface FollowConfig {
  readonly exclusions: Exclusions;
  readonly limits: { readonly maxFileBytes: number };
}

export async function follow(
  disk: Disk,
  root: string,
  { exclusions, limits }: FollowConfig,
  { links, listing, directory, entry }: Classified,
  before: Known | undefined,
  signal: AbortSignal,
): Promise<{ readonly links: ReadonlyMap<number, Followed>; readonly hashed: number }> {
  const outcome = new Map<number, Followed>();
  if (links.length === 0) return { links: outcome, hashed: 0 };
  const paths = links.map((index) => `${root}/${directory}/${listing.names[index]}`);
  const [base, ...targets] = await disk.realpath([`${root}/${entry.directory}`, ...paths]);
  const inside = targets.map((target) =>
    typeof base === 'string' && typeof target === 'string' && leadsInside(base, target, entry, exclusions)
      ? target
      : undefined,
  );
  const stats = await disk.stat(inside.map((target) => target ?? root));
  let hashed = 0;
  for (const [at, index] of links.entries()) {
    const [target, stat] = [inside[at], stats[at]!];
    if (target === undefined || 'code' in stat || stat.kind !== 'file') outcome.set(index, { ok: false });
    else if (stat.size > limits.maxFileBytes) outcome.set(index, { ok: false, tooLarge: stat.size });
    else {
      const packed = new BigInt64Array(statFields);
      packStat(packed, 0, stat);
      const same = knownTarget(before, listing.names[index]!, packed, stat, target);
      if (same === undefined) hashed++;
      outcome.set(index, { ok: true, packed, digested: same ?? (await disk.digest([target], signal))[0]! });
    }
  }
  return { links: outcome, hashed };
}

function knownTarget(
  before: Known | undefined,
  name: string,
  packed: BigInt64Array,
  stat: FileStat,
  path: string,
): Digested | undefined {
  const last = before?.targets.get(name);
  const entry = before?.node?.files.get(name);
  if (last === undefined || entry === undefined || !sameContent(last, 0, packed, 0)) return undefined;
  return { ok: true, path, digest: entry.digest, stat };
}
