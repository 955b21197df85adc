import { compareGenerations, type GenerationAnnounced } from '@muster/protocol';
import { noteDeletions } from '../deletions.ts';
import type { GuardLimits } from '../guard.ts';
import { touchedDirectories, wishesOf } from '../plan.ts';
import { noteRepairs } from '../repairs.ts';
import type { ReplicationResult } from '../shapes.ts';
import { afterAttempt, backOffMs } from '../waits.ts';
import { advance, type Step, step, withTarget } from './advance.ts';
import type { FileReplicaMessage } from './messages.ts';
import { missingFailure, type Own, type State, type Trouble } from './state.ts';
import { viewOf } from './state-view.ts';

/** One step of the replica. Pure; `now` is milliseconds on a monotonic scale. */
export function decide(state: State, message: FileReplicaMessage | Own, now: number, limits: GuardLimits): Step {
  switch (message.type) {
    case 'get-state':
      return step(state, {
        type: 'reply',
        to: message.replyTo,
        value: viewOf(state, { now, confirmAfterMs: limits.confirmAfterMs }),
      });
    case 'progressed':
      return progressed(state, message.done);
    default:
      return advance(take(state, message, now, limits), now, limits);
  }
}

type Taken = Exclude<FileReplicaMessage | Own, { readonly type: 'get-state' | 'progressed' }>;

/** What the message itself changes; all that follows from it is `advance`'s. */
function take(state: State, message: Taken, now: number, limits: GuardLimits): Step {
  switch (message.type) {
    case 'begin':
      return begin(state);
    case 'wake':
      return step({ ...state, wakeAt: undefined });
    case 'linked':
      return step({ ...state, linked: true, freshLink: true, trouble: undefined, fetchTrouble: undefined });
    case 'unlinked':
      return step({ ...state, linked: false, trouble: undefined, fetchTrouble: undefined });
    case 'announced':
      return step(announced(state, message.generation));
    case 'local-tree':
      return step(scanned(state, message));
    case 'fetched':
      return step(fetched(state, message, now));
    case 'fetch-failed':
      return step(fetchFailed(state, message.id, message.code, message.text, now));
    case 'replicated':
      return replicated(state, message.result, now, limits);
    case 'replication-failed':
      return replicationFailed(state, message.code, message.text, now);
  }
}

function begin(state: State): Step {
  const { work } = state;
  if (work.type !== 'scanning') return step(state);
  return step(state, { type: 'rescan', directories: work.directories, mark: work.mark });
}

/** Within a link only newer generations count; across links the master of the new link is right, whatever its number. */
function announced(state: State, generation: GenerationAnnounced): State {
  const newer = state.announced === undefined || compareGenerations(generation.id, state.announced.id) > 0;
  return newer || state.freshLink ? { ...state, announced: generation, freshLink: false } : state;
}

function scanned(state: State, message: Extract<FileReplicaMessage, { readonly type: 'local-tree' }>): State {
  const { tree, modeDrift, leftovers, problems, marks } = message;
  const awaited = state.work.type === 'scanning' && marks.includes(state.work.mark);
  return { ...state, local: { tree, modeDrift, leftovers, problems }, work: awaited ? { type: 'idle' } : state.work };
}

function fetched(state: State, { id, root, tree }: Extract<Own, { readonly type: 'fetched' }>, now: number): State {
  if (tree.root === root) return withTarget({ ...state, fetching: undefined }, { id, tree });
  const text = `The list of files of generation ${id.generation} that the master sent is not the one it announced; it is asked for again`;
  return fetchFailed(state, id, 'ROOT_MISMATCH', text, now);
}

function fetchFailed(state: State, id: State['fetching'], code: string, text: string, now: number): State {
  const before = { ...state, fetching: undefined };
  const stale = id === undefined || state.announced === undefined || compareGenerations(id, state.announced.id) !== 0;
  return stale || !state.linked
    ? before
    : { ...before, fetchTrouble: troubled(state.fetchTrouble, code, text, now, 0) };
}

function replicated(state: State, result: ReplicationResult, now: number, { classes }: GuardLimits): Step {
  const { work } = state;
  if (work.type !== 'replicating') return step(state);
  const failures = [...result.failures, ...result.missing.map(missingFailure)];
  const failed = new Set(failures.map(({ path }) => path));
  const wishes = [...wishesOf(work.plan)];
  const done = wishes.filter(([path]) => !failed.has(path));
  const waits = afterAttempt(
    state.waits,
    wishes.map(([path]) => path),
    failures,
    now,
  );
  const repairs = noteRepairs(state.repairs, done, now);
  const [gone, came] = [work.turnover.gone, work.turnover.came].map((paths) =>
    paths.filter((path) => !failed.has(path)),
  );
  const deletions = noteDeletions(state.deletions, { gone: gone!, came: came! }, classes, state.guard, now);
  return rescan({ ...state, trouble: undefined, waits, repairs, deletions }, now);
}

/** Of a failure while the link is gone nothing is said: it goes on when the link is back. */
function replicationFailed(state: State, code: string, text: string, now: number): Step {
  if (state.work.type !== 'replicating') return step(state);
  if (code === rolledForwardCode) return rescan({ ...state, trouble: undefined }, now, 'all');
  const trouble = state.linked ? troubled(state.trouble, code, text, now, 1) : undefined;
  return rescan({ ...state, trouble }, now);
}

/** The disk finished an interrupted transaction first: what that changed, our plan does not tell. */
const rolledForwardCode = 'ROLLED_FORWARD';

/** Whatever came of it, only a new scan says what the disk holds now. */
function rescan(state: State, now: number, extent?: 'all'): Step {
  if (state.work.type !== 'replicating') return step(state);
  const directories =
    extent ?? (state.local === undefined ? 'all' : touchedDirectories(state.work.plan, state.local.tree));
  const mark = state.nextMark;
  const next: State = {
    ...state,
    nextMark: mark + 1,
    lacks: undefined,
    work: { type: 'scanning', mark, directories, askedAt: now },
  };
  return step(next, { type: 'rescan', directories, mark });
}

/** `firstWait`: 1 when the first failure already waits; 0 when it is tried again at once. */
function troubled(before: Trouble | undefined, code: string, text: string, now: number, firstWait: 0 | 1): Trouble {
  const attempts = (before?.attempts ?? 0) + 1;
  const waits = attempts - 1 + firstWait;
  return { attempts, until: waits === 0 ? now : now + backOffMs(waits), code, text };
}

function progressed(state: State, done: { readonly files: number; readonly bytes: number }): Step {
  return step(state.work.type === 'replicating' ? { ...state, work: { ...state.work, done } } : state);
}
