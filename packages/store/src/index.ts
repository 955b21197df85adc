export type * from './agents.ts';
export { type Folding, foldingLimits, openFolding } from './events/folding.ts';
export {
  type EventJournal,
  type EventJournalOptions,
  type EventPage,
  type EventQuery,
  MAX_EVENTS,
  openEventJournal,
} from './events/journal.ts';
export type { Happening } from './events/row.ts';
export { type GroupStore, openGroups } from './groups.ts';
export type * from './kv.ts';
export { type OpenOptions, openMasterAgents } from './master/open.ts';
export { emptyDisk, type MemoryDisk, type MemoryHooks, type MemoryKv, openMemoryKv } from './memory-kv.ts';
export { openLmdbKv } from './node/lmdb-kv.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
export { type OpenWorkerOptions, openWorkerAgents } from './worker/open.ts';
