import { holdWords, waitingHolds } from '../guard.ts';
import { wishesOf } from '../plan.ts';
import { maxRepairs } from '../repairs.ts';
import type { FileFailure } from '../shapes.ts';
import { maxFailuresShown, type ReplicaView } from '../view.ts';
import { contentCodes, type State } from './state.ts';

/** The first manifest that does not match is fetched once more before a word is said about it. */
const quietFetches = 1;

/** So often a file may change on the master while it is sent before that is called a failure: about 7 s, the pauses alone. */
const quietContents = 3;

/** When the state is looked at, and how long a hold lasts at least: ms. */
export interface Look {
  /** Absent in what is told: it says nothing that changes with the time alone. */
  readonly now?: number;
  readonly confirmAfterMs: number;
}

/** The state as people see it. */
export function viewOf(state: State, { now, confirmAfterMs }: Look): ReplicaView {
  const failures = failuresOf(state);
  return {
    linked: state.linked,
    unannounced: state.linked && state.freshLink,
    announced: state.announced?.id,
    target: state.target?.id,
    holds: state.holds,
    doing: doingOf(state),
    applying: state.work.type === 'replicating' ? state.work.id : undefined,
    scanned: state.local !== undefined,
    files: state.local?.tree.files ?? 0,
    bytes: state.local?.tree.bytes ?? 0,
    pending: state.lacks?.size,
    progress: state.work.type === 'replicating' ? state.work.done : undefined,
    guard: waitingHolds(state.guard).map((hold) => ({
      key: hold.key,
      since: hold.since,
      deletes: hold.paths.size,
      of: hold.of,
      words: holdWords(hold),
      confirmAfterMs,
      ...(now === undefined ? {} : { confirmInMs: Math.max(0, hold.heldAt + confirmAfterMs - now) }),
    })),
    failures: failures.slice(0, maxFailuresShown),
    failureCount: failures.length,
    trouble: troubleOf(state),
    problems: state.local?.problems ?? [],
  };
}

function doingOf({ work, fetching }: State): ReplicaView['doing'] {
  if (work.type === 'replicating' || work.type === 'scanning') return work.type;
  return fetching === undefined ? 'idle' : 'fetching-manifest';
}

function troubleOf({ trouble, fetchTrouble }: State): string | undefined {
  if (trouble !== undefined) return trouble.text;
  return fetchTrouble !== undefined && fetchTrouble.attempts > quietFetches ? fetchTrouble.text : undefined;
}

function failuresOf({ waits, repairs, lacks }: State): readonly FileFailure[] {
  const told = [...waits.values()].filter(
    ({ failure, attempts }) => !contentCodes.has(failure.code) || attempts > quietContents,
  );
  const failures = told.map(({ failure }) => failure);
  if (lacks === undefined || repairs.size === 0) return failures;
  for (const [path, wish] of wishesOf(lacks.plan)) {
    const repair = repairs.get(path);
    if (repair !== undefined && repair.wish === wish && repair.times.length >= maxRepairs)
      failures.push(contested(path));
  }
  return failures;
}

const contested = (path: string): FileFailure => ({
  path,
  code: 'CONTESTED',
  text: `repaired ${maxRepairs} times within a minute: something on this node keeps writing it; find and stop that writer, for only the master may change it`,
});
