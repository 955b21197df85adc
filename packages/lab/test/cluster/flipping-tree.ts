/**
 * A master's tree of 1,000 files that flips between two contents, and what a worker may show of it.
 *
 * Most files differ between the two; some are the same, some, with their folders, are of one alone.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type Side = 'a' | 'b';
export const otherSide = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/** Seeded: uniform in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run, printed; `MUSTER_SEED` replays another's. */
export function runSeed(what: string): number {
  const seed = Number(process.env.MUSTER_SEED ?? Math.floor(Math.random() * 2 ** 31));
  process.stdout.write(`${what}: MUSTER_SEED=${seed}\n`);
  return seed;
}

export interface FlippingTree {
  /** By path relative to R: the bytes on each side where it has any. */
  readonly files: ReadonlyMap<string, Readonly<Record<Side, Buffer | undefined>>>;
  /** Makes the master's tree that of `side`, in some tens of milliseconds, each file by one rename. */
  flip(side: Side): void;
  /** What is wrong with the files that `root` shows, at any moment: a torn one, an unknown one, a lost one. */
  faults(root: string): readonly string[];
  /** How many files `root` shows. */
  shown(root: string): number;
  /** What keeps `root` from holding exactly `side`. */
  faultsOf(root: string, side: Side): readonly string[];
}

const folders = ['etc/rules', 'etc/shared'] as const;
const fileCount = 1_000;

/** Lays side `a` into the master's R and keeps both in `store`, on the same device. Nothing else may lie in the folders. */
export function openFlippingTree(masterRoot: string, store: string, random: () => number): FlippingTree {
  const files = contents(random);
  const paths = [...files.keys()];
  for (const side of ['a', 'b'] as const) {
    mkdirSync(join(store, side), { recursive: true });
    for (const [index, path] of paths.entries()) {
      const bytes = files.get(path)?.[side];
      if (bytes !== undefined) writeFileSync(join(store, side, String(index)), bytes);
    }
  }
  const lay = (index: number, path: string, side: Side): void => {
    const target = join(masterRoot, path);
    if (files.get(path)?.[side] === undefined) {
      rmSync(target, { force: true });
      if (path.startsWith('etc/shared/only-')) removeEmpty(dirname(target));
      return;
    }
    mkdirSync(dirname(target), { recursive: true });
    linkSync(join(store, side, String(index)), join(store, 'next'));
    renameSync(join(store, 'next'), target);
  };
  const flip = (side: Side): void => {
    for (const [index, path] of paths.entries()) lay(index, path, side);
  };
  flip('a');
  return {
    files,
    flip,
    faults: (root) => faultsIn(readFolders(root), files, root),
    shown: (root) => readFolders(root).size,
    faultsOf: (root, side) => differencesFrom(readFolders(root), files, side),
  };
}

function contents(random: () => number): Map<string, Record<Side, Buffer | undefined>> {
  const files = new Map<string, Record<Side, Buffer | undefined>>();
  for (let index = 0; index < fileCount; index++) {
    const only = index % 25 === 0 ? (index % 50 === 0 ? 'a' : 'b') : undefined;
    const folder =
      index % 3 === 0 ? `etc/shared/${only === undefined ? 'group' : `only-${only}`}-${index % 20}` : 'etc/rules';
    const text = (side: string): Buffer =>
      Buffer.from(`${index} ${side}\n`.repeat(1 + Math.floor(random() ** 4 * 4_000)));
    const same = index % 10 === 7 ? text('both') : undefined;
    files.set(`${folder}/file-${index}.xml`, {
      a: only === 'b' ? undefined : (same ?? text('a')),
      b: only === 'a' ? undefined : (same ?? text('b')),
    });
  }
  return files;
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Everything but staged files, which are nobody's to read. */
function readFolders(root: string): Map<string, Buffer> {
  const seen = new Map<string, Buffer>();
  for (const path of folders.flatMap((folder) => filesBelow(join(root, folder)))) {
    const bytes = isStaged(basename(path)) ? undefined : unlessGone(() => readFileSync(path));
    if (bytes !== undefined) seen.set(path.slice(root.length + 1), bytes);
  }
  return seen;
}

/** Folders may vanish while they are walked, which a recursive `readdir` does not bear. */
function filesBelow(folder: string): readonly string[] {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const isStaged = (name: string): boolean => name.startsWith('.muster-') && name.endsWith('.tmp');

/** Staged files that still lie below `root`. */
export const stagedIn = (root: string): readonly string[] =>
  folders.flatMap((folder) => filesBelow(join(root, folder)).filter((path) => isStaged(basename(path))));

type Files = FlippingTree['files'];

/** With `root`, what a listing missed is looked for by its name: a rename beside may hide a file from a listing, not from that. */
function faultsIn(seen: ReadonlyMap<string, Buffer>, files: Files, root?: string): readonly string[] {
  const faults: string[] = [];
  for (const [path, bytes] of seen) {
    const sides = files.get(path);
    if (sides === undefined) faults.push(`${path} is of neither side`);
    else if (sides.a?.equals(bytes) !== true && sides.b?.equals(bytes) !== true)
      faults.push(`${path} is torn: ${bytes.length} bytes, ${sides.a?.length} in a, ${sides.b?.length} in b`);
  }
  for (const [path, { a, b }] of files)
    if (a !== undefined && b !== undefined && !seen.has(path) && !(root !== undefined && existsSync(join(root, path))))
      faults.push(`${path} is of both sides and is lost`);
  return faults;
}

function differencesFrom(seen: ReadonlyMap<string, Buffer>, files: Files, side: Side): readonly string[] {
  const faults = faultsIn(seen, files).slice();
  for (const [path, sides] of files) {
    const expected = sides[side];
    const found = seen.get(path);
    if (expected === undefined && found !== undefined) faults.push(`${path} is not of ${side}`);
    if (expected !== undefined && found?.equals(expected) !== true) faults.push(`${path} is not as in ${side}`);
  }
  return faults;
}
