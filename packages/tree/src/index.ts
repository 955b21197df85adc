export { type ContentReader, type ContentReaderDeps, openContentReader } from './content-reader.ts';
export type * from './disk.ts';
export { DiskError, explain, WatchExhausted } from './disk-error.ts';
export type { LearnedDirectories, LearnedFile } from './learned.ts';
export { type NodeDiskOptions, nodeDisk } from './node/node-disk.ts';
export { openReplicator, type ReplicatorConfig, type ReplicatorDeps } from './replicate.ts';
export type * from './results.ts';
export {
  type LearningScanner,
  openScanner,
  type ScannerConfig,
  type ScannerDeps,
} from './scan.ts';
export {
  defaultExclusions,
  type Exclusions,
  entryOf,
  isExcluded,
  isSafePath,
  isStagedName,
  selects,
  type TableEntry,
} from './selection.ts';
export { openTreeWatcher, type TreeWatcher, type TreeWatcherDeps } from './watcher.ts';
