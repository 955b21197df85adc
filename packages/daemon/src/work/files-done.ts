/** When this worker's disk was last compared with the master's newest generation, and last changed for it. Pure. */
import { entryAt, type FileTree } from '@muster/protocol';
import type { Replication, ReplicationResult } from '@muster/tree';
import { after, type Span } from './span.ts';

/** Files that a replication made as the master has them. */
export interface SyncCounts {
  /** Written, where there was none. */
  readonly missing: number;
  /** Written over one that differed. */
  readonly shared: number;
  /** Deleted, for the master has none. */
  readonly extra: number;
}

export interface FilesDone {
  readonly checked?: Span;
  readonly synced?: Span & SyncCounts;
  /** What was last compared are the disk as it is and the newest generation: a scan that finds the same compares them again. */
  readonly current: boolean;
  /** The last scan, until it is told that its outcome was compared. */
  readonly scan?: Span | undefined;
  /** When the newest generation was announced, until it is compared. */
  readonly announcedAt?: number | undefined;
}

export const noFilesDone: FilesDone = { current: false };

/** A scan ended well. What it finds that is new, `compared` tells next. */
export const scanned = (done: FilesDone, scan: Span): FilesDone =>
  done.current ? { ...done, checked: after(done.checked, scan), scan } : { ...done, scan };

export const announced = (done: FilesDone, at: number): FilesDone => ({ ...done, current: false, announcedAt: at });

/** Nothing is known of the master's newest generation any more. */
export const unlinked = (done: FilesDone): FilesDone => ({ ...done, current: false, announcedAt: undefined });

/** The disk is being changed: only the scan after that says what it holds. */
export const writing = (done: FilesDone): FilesDone => ({ ...done, current: false, scan: undefined });

/** The disk as last scanned was compared with the newest generation. It began with whichever of the two was new. */
export function compared(done: FilesDone, at: number): FilesDone {
  const { scan, announcedAt } = done;
  const ofScan = scan !== undefined && scan.endAt >= (announcedAt ?? scan.endAt) ? scan.startAt : at;
  const checked = after(done.checked, { startAt: Math.min(at, ofScan, announcedAt ?? at), endAt: at });
  return { ...done, checked, current: true, scan: undefined, announcedAt: undefined };
}

/** A replication ended. One that changed nothing is none. */
export function replicated(done: FilesDone, { plan, before, result, ...span }: Span & Replicated): FilesDone {
  const counts = countsOf(plan, before, result);
  if (counts === undefined) return done;
  return { ...done, synced: after(done.synced, { ...span, ...counts }) };
}

export interface Replicated {
  readonly plan: Replication;
  /** The tree that the disk held. */
  readonly before: FileTree | undefined;
  readonly result: ReplicationResult;
}

/** Undefined: neither a file, a directory nor a mode was changed. */
function countsOf({ changes, modeDrift }: Replication, before: FileTree | undefined, result: ReplicationResult) {
  const failed = new Set([...result.failures.map(({ path }) => path), ...result.missing]);
  const done = (path: string): boolean => !failed.has(path);
  const put = changes.put.filter(({ path }) => done(path));
  const extra = changes.remove.filter(done).length;
  const other = [...changes.makeDirectories, ...changes.removeDirectories, ...modeDrift].some(done);
  if (put.length + extra === 0 && !other) return undefined;
  const shared = put.filter(({ path }) => before !== undefined && entryAt(before, path) !== undefined).length;
  return { missing: put.length - shared, shared, extra };
}
