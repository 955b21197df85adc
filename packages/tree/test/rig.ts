/** Real folders under the system's temporary one. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diffTrees, type FileTree } from '@muster/protocol';
import {
  type ContentSource,
  type Disk,
  defaultExclusions,
  type LearningScanner,
  nodeDisk,
  type Owner,
  openContentReader,
  openReplicator,
  openScanner,
  type Replicator,
  type ScanResult,
  type TableEntry,
} from '../src/index.ts';

export const all = (directory: TableEntry['directory'], more: Partial<TableEntry> = {}): TableEntry => ({
  directory,
  mode: 0o660,
  files: 'all',
  recursive: true,
  removeEmptyDirectories: false,
  ...more,
});

export const table: readonly TableEntry[] = [
  all('etc', { mode: 0o640, files: ['client.keys'], recursive: false }),
  all('etc/shared', { removeEmptyDirectories: true }),
  all('etc/rules'),
  all('etc/lists'),
  all('var/multigroups', { files: ['merged.mg'], removeEmptyDirectories: true }),
];

export const forever = new AbortController().signal;
/** The worker threads of a test file's disk; closed by its `afterAll`. */
export const disk = nodeDisk();

const roots: string[] = [];
export function newRoot(): string {
  const root = fs.mkdtempSync(join(tmpdir(), 'muster-tree-'));
  roots.push(root);
  for (const { directory } of table) fs.mkdirSync(join(root, directory), { recursive: true });
  fs.mkdirSync(join(root, 'queue/cluster'), { recursive: true });
  return root;
}

export async function cleanUp(): Promise<void> {
  await disk.close();
  for (const root of roots.splice(0)) fs.rmSync(root, { recursive: true, force: true });
}

export function put(root: string, path: string, content: string | Uint8Array = path): void {
  fs.mkdirSync(dirname(join(root, path)), { recursive: true });
  fs.writeFileSync(join(root, path), content);
}

export interface Node {
  readonly root: string;
  readonly scanner: LearningScanner;
  readonly replicator: Replicator;
  readonly source: ContentSource;
  /** Scans and keeps the tree for the source. */
  scan(dirty?: ReadonlySet<string> | 'all'): Promise<ScanResult>;
  tree(): FileTree;
}

export interface NodeOptions {
  readonly root?: string;
  readonly on?: Disk;
  readonly mode?: 'master' | 'worker';
  readonly maxFileBytes?: number;
  readonly maxFiles?: number;
  readonly wallNow?: () => number;
  readonly random?: () => number;
  readonly owner?: Owner;
}

/** Time enough after the writes of a test that nothing counts as fresh. */
export const later = () => Date.now() + 10_000;

export async function openNode(options: NodeOptions = {}): Promise<Node> {
  const { root = newRoot(), on = disk, mode = 'master', maxFileBytes = 1 << 20, maxFiles = 100_000 } = options;
  const scanner = await openScanner(
    { disk: on, wallNow: options.wallNow ?? later },
    {
      root,
      table,
      exclusions: defaultExclusions,
      limits: { maxFileBytes, maxFiles },
      cachePath: join(root, 'queue/cluster/digests'),
      mode,
      owner: options.owner,
    },
  );
  const replicator = openReplicator(
    { disk: on, random: options.random ?? Math.random, learn: scanner.learn },
    { root, table, exclusions: defaultExclusions, owner: options.owner, statePath: join(root, 'queue/cluster/muster') },
  );
  let last: ScanResult | undefined;
  const tree = (): FileTree => last!.tree;
  return {
    root,
    scanner,
    replicator,
    tree,
    source: openContentReader({ disk: on, root, table, exclusions: defaultExclusions, tree }),
    scan: async (dirty = 'all') => {
      last = await scanner.scan(dirty, forever);
      return last;
    },
  };
}

/** Makes `worker` equal to `master`, once. */
export async function replicate(master: Node, worker: Node) {
  const to = await master.scan();
  const from = await worker.scan();
  const plan = { changes: diffTrees(from.tree, to.tree), modeDrift: from.modeDrift, leftovers: from.leftovers };
  const result = await worker.replicator.replicate(plan, master.source, () => {}, forever);
  return { plan, result };
}

export const pathsOf = (tree: FileTree): string[] =>
  [...tree.directories]
    .flatMap(([directory, { files }]) => [...files.keys()].map((name) => `${directory}/${name}`))
    .sort();

/** Every path below `root/etc`, directories with a slash at the end. */
export function onDisk(root: string, directory = 'etc'): string[] {
  return fs
    .readdirSync(join(root, directory), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${directory}/${entry.name}`;
      return entry.isDirectory() ? [`${path}/`, ...onDisk(root, path)] : [path];
    })
    .sort();
}

/** Resolves once the clock shows `time`: for stamps of files, which no manual clock moves. */
export async function past(time: number): Promise<void> {
  while (Date.now() < time) await new Promise((resolve) => setImmediate(resolve));
}
