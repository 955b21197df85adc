/** R on disk, as one node needs it: the scanner, and what watches for it. Shared by both compositions. */
import type { NodeConfig } from '@muster/config';
import {
  type Disk,
  DiskError,
  defaultExclusions,
  type LearningScanner,
  type Owner,
  openScanner,
  openTreeWatcher,
  type ScanResult,
  type TreeWatcher,
} from '@muster/tree';
import type { Platform } from '../platform.ts';
import { countFileWork, type FileWorkCounter } from './file-work.ts';
import { inTurn } from './in-turn.ts';

/** Where Muster keeps what is its own, below R. */
const stateFolder = 'queue/cluster/muster';

export interface NodeFiles {
  readonly root: string;
  /** Absolute. */
  readonly statePath: string;
  readonly owner: Owner | undefined;
  readonly scanner: LearningScanner;
  /** What was done with these files since the start. */
  readonly work: FileWorkCounter;
  /** The result of the last scan that ended. */
  readonly last: () => ScanResult | undefined;
  readonly scan: (extent: 'all' | ReadonlySet<string>, signal: AbortSignal) => Promise<ScanResult>;
  readonly saveCache: () => void;
  /** Watches exactly these directories, relative to R. */
  readonly watch: (directories: readonly string[]) => void;
  readonly close: () => Promise<void>;
}

/** What belongs to this node alone: its user may read it, and the manager's group. */
const stateMode = 0o770;

/** Hints are gathered again by the integrity actor; this joins those of one system call. */
const hintMs = 5;

/** What the watcher tells. */
export interface WatchHints {
  /** Something changed in these directories, relative to R. */
  readonly dirty: (directories: readonly string[]) => void;
  /** The system has no more watches. Told once. */
  readonly exhausted: (error: Error) => void;
  /** Nothing is watched: told for each wish to watch, for a new integrity actor knows nothing of the one before. */
  readonly poll: () => void;
}

/** Rejects with a `DiskError` when the folder for Muster's own files cannot be made. */
export async function openNodeFiles(
  config: NodeConfig,
  { disk, clock, wallNow }: Platform,
  hints: WatchHints,
): Promise<NodeFiles> {
  const { root, table, cluster, muster } = config;
  const { uid, gid } = muster.files;
  const owner = uid === undefined || gid === undefined ? undefined : { uid, gid };
  const statePath = `${root}/${stateFolder}`;
  const { maxFileSizeBytes: maxFileBytes, maxFiles } = muster.integrity;
  await makeFolder(disk, statePath);
  const scanner = await openScanner(
    { disk, wallNow },
    {
      root,
      table,
      exclusions: defaultExclusions,
      owner,
      limits: { maxFileBytes, maxFiles },
      cachePath: `${statePath}/digest-cache`,
      mode: cluster.nodeType,
    },
  );
  const work = countFileWork();
  let last: ScanResult | undefined;
  let watcher: TreeWatcher | undefined;
  let spent = false;
  const exhausted = (error: Error): void => {
    spent = true;
    hints.exhausted(error);
    hints.poll();
  };
  const dirty = (changed: ReadonlySet<string>): void => hints.dirty([...changed]);
  const watch = (directories: readonly string[]): void => {
    if (spent) hints.poll();
    else if (watcher !== undefined) watcher.setDirectories(directories);
    else watcher = openTreeWatcher({ disk, clock, root, coalesceMs: hintMs, directories, dirty, exhausted });
  };
  return {
    root,
    statePath,
    owner,
    scanner,
    work,
    last: () => last,
    scan: inTurn(async (extent, signal) => {
      last = await scanner.scan(extent, signal);
      work.scanned(last);
      if (extent === 'all') watcher?.retry();
      return last;
    }),
    saveCache: () => void scanner.save(),
    watch,
    close: async () => {
      watcher?.close();
      await scanner.save();
    },
  };
}

async function makeFolder(disk: Disk, path: string): Promise<void> {
  const [made] = await disk.steps([{ do: 'make-directory', path, mode: stateMode }]);
  if (made !== undefined && !made.ok) throw new DiskError(made.failure.code, made.failure.path);
}
