/**
 * Nothing is deleted on a worker that the master still has, and many files, or most of client.keys, only when
 * they were gone on the master for as long as the guard waits. The limits are counted here anew.
 */
import type { FileChange } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';
import { type Content, seconds, short } from './contents.ts';
import type { HeldBack } from './held-back.ts';
import type { MasterHistory } from './history.ts';
import type { Mirror, PathChange } from './mirror.ts';
import { rowOf } from './rows.ts';
import { isPlain, selectedBy } from './selection.ts';
import { journalChange, journalOf, type Transaction } from './transactions.ts';

export interface Deletions {
  /** On a worker's disk, before `changed` tells of the same. */
  file(change: FileChange): void;
  changed(change: PathChange): void;
}

interface Guard {
  readonly percent: number;
  readonly files: number;
  readonly confirmAfterMs: number;
  /** Between two scans of everything. */
  readonly reconcileEveryMs: number;
}

/** What one worker is doing. */
interface Doing {
  transaction: Transaction | undefined;
  /** Of this transaction, by directory of the table: what went, or lost all its bytes. */
  readonly gone: Map<string, PathChange[]>;
  /** Directories in which that is beyond the limits. */
  readonly many: Set<string>;
  /** When somebody beside the node removed files, by directory of the table. */
  readonly foreign: Map<string, number[]>;
}

const clientKeys = 'etc/client.keys';
/** From this size on the share that client.keys loses is measured; and what is below the least holds no key. */
const keysMeasuredFrom = 100;
const leastKeys = 20;
/** Of a scan, and of the hints before it, ms. */
const slackMs = 60_000;
/** A file that came and went within this time may still have been expected to come, ms. */
const settledMs = 2_000;
/** Rounding of sums of times, ms. */
const epsilonMs = 0.01;

const isNothing = (content: Content | undefined): boolean => content === undefined;
const isEmpty = (content: Content | undefined): boolean => content === undefined || content.size === 0;

export function openDeletions(
  world: World,
  history: MasterHistory,
  mirrorOf: (node: string) => Mirror,
  heldBack: HeldBack,
): Deletions {
  const { timeline, violate } = world;
  const all = new Map<string, Doing>();
  const nodes = new Map(world.workers.map((node) => [node.name, node]));
  const doingOf = (node: string): Doing =>
    rowOf(all, node, () => ({ transaction: undefined, gone: new Map(), many: new Set(), foreign: new Map() }));

  /** What the node put there the master had; only what came after that is a reason to delete it. */
  const sinceOf = ({ path, before }: PathChange): number => {
    const first = before?.by === 'node' && before.content !== undefined ? before.content.digest : undefined;
    return (first === undefined ? undefined : history.firstAt(path, first)) ?? Number.NEGATIVE_INFINITY;
  };

  const judgeOne = (change: PathChange): void => {
    const { node, path, before, after } = change;
    const meant = after.content === undefined ? isNothing : isEmpty;
    if (history.was(path, meant, sinceOf(change), timeline.now())) return;
    violate(
      'no-wrong-deletion',
      `${node.name} deleted ${path} (${short(before?.content)}) at ${seconds(timeline.now())}, which the master had all the time`,
    );
  };
  const judgeGuarded = (change: PathChange, deed: string, guard: Guard, at: number): void => {
    const { node, path, after } = change;
    const most = after.content?.size ?? 0;
    const meant = (content: Content | undefined): boolean => (content?.size ?? 0) <= most;
    if (history.was(path, meant, sinceOf(change), at - guard.confirmAfterMs + epsilonMs)) return;
    violate(
      'guarded-deletion',
      `${node.name} ${deed} at ${seconds(timeline.now())}, ${path} among them, which was not so on the master ${seconds(guard.confirmAfterMs)} before the transaction of ${seconds(at)}`,
    );
  };

  const take = (change: PathChange, guard: Guard): void => {
    const { node, path } = change;
    const directory = selectedBy(path)!.directory;
    const doing = doingOf(node.name);
    const { transaction } = doing;
    if (transaction?.harmed === true) return;
    judgeOne(change);
    if (path === clientKeys) return judgeKeys(change, guard, transaction?.at ?? timeline.now());
    if (transaction === undefined) return;
    const gone = doing.gone.get(directory) ?? [];
    doing.gone.set(directory, gone);
    // A loss of power may have given it back: the journal takes it again.
    if (gone.some((one) => one.path === path)) return;
    heldBack.deleted(change, guard, transaction.at);
    gone.push(change);
    const of = (transaction.sizes.get(directory) ?? 0) + foreignOf(doing, directory, guard);
    if (gone.length < guard.files || gone.length * 100 <= guard.percent * of) return;
    const deed = `deleted ${gone.length} of ${of} files below ${directory}`;
    for (const one of doing.many.has(directory) ? [change] : gone) judgeGuarded(one, deed, guard, transaction.at);
    doing.many.add(directory);
  };
  /** Files that a scan may still have counted. */
  const foreignOf = ({ foreign }: Doing, directory: string, guard: Guard): number => {
    const times = foreign.get(directory);
    if (times === undefined) return 0;
    const since = timeline.now() - guard.reconcileEveryMs - slackMs;
    while (times.length > 0 && times[0]! < since) times.shift();
    return times.length;
  };
  const foreign = ({ node, path, after }: PathChange): void => {
    const directory = selectedBy(path)?.directory;
    if (after.content !== undefined || directory === undefined) return;
    const { foreign: times } = doingOf(node.name);
    const before = times.get(directory);
    if (before === undefined) times.set(directory, [after.at]);
    else before.push(after.at);
  };
  const judgeKeys = (change: PathChange, guard: Guard, at: number): void => {
    const from = change.before?.content?.size ?? 0;
    const to = change.after.content?.size ?? 0;
    const before = change.before;
    if (from === 0 || to >= from) return;
    // Its size may not be the one that was counted.
    if (before?.by !== 'node' && at - before!.at < guard.reconcileEveryMs + slackMs) return;
    const much = from >= keysMeasuredFrom && (from - to) * 100 > guard.percent * from;
    if (to > 0 && !much && to >= leastKeys) return;
    judgeGuarded(change, `took ${from - to} of ${from} bytes from ${clientKeys}`, guard, at);
  };
  /**
   * Where the master has others, they were to take the place of what went, and could not be had; so too where it
   * had them a moment ago, or cannot read its disk and so cannot say that they are gone.
   */
  const isEmptied = (directory: string, at: number): boolean =>
    world.master.files.faults.failures.length === 0 &&
    (history.emptySince(directory) ?? Number.POSITIVE_INFINITY) < at - settledMs;
  /** The last file of a directory of the table is guarded, however few there were. */
  const end = (node: SimNode, doing: Doing): void => {
    const { transaction, gone } = doing;
    doing.transaction = undefined;
    const guard = guardOf(node);
    if (transaction !== undefined && !transaction.harmed && guard !== undefined)
      for (const [directory, changes] of gone) {
        const of = transaction.sizes.get(directory) ?? 0;
        const there = mirrorOf(node.name).counts.get(directory) ?? 0;
        if (of < 2 || changes.length < of || there > 0 || !isEmptied(directory, transaction.at)) continue;
        for (const change of changes)
          if (change.after.content === undefined)
            judgeGuarded(change, `emptied ${directory}, which held ${of} files,`, guard, transaction.at);
      }
    gone.clear();
    doing.many.clear();
  };

  return {
    file: (change) => {
      const node = nodes.get(change.node);
      if (node === undefined) return;
      const what = journalChange(change, journalOf(node));
      if (what === undefined) return;
      const doing = doingOf(node.name);
      if (doing.transaction !== undefined && what === 'ends') end(node, doing);
      if (what === 'ends') return;
      doing.gone.clear();
      doing.many.clear();
      const sizes = new Map(mirrorOf(node.name).counts);
      doing.transaction = { at: timeline.now(), sizes, harmed: change.by !== 'node' };
    },
    changed: (change) => {
      const { node, path, before, after } = change;
      if (before?.content === undefined || !isPlain(path)) return;
      if (after.by !== 'node') return foreign(change);
      const guard = guardOf(node);
      if (guard === undefined) return;
      const wasEmpty = before.content.size === 0;
      if (after.content === undefined || (after.content.size === 0 && !wasEmpty)) take(change, guard);
      else if (path === clientKeys) judgeKeys(change, guard, doingOf(node.name).transaction?.at ?? timeline.now());
    },
  };
}

function guardOf(node: SimNode): Guard | undefined {
  const integrity = node.config()?.muster.integrity;
  if (integrity === undefined) return undefined;
  const { guard, reconcileEveryMs } = integrity;
  return { ...guard, reconcileEveryMs };
}
