import { type AgentsMark, BUCKET_IDS, isBucket, type NodeName } from '@muster/protocol';
import { freshFaults } from '../faults.ts';
import { keysChanged, keysReadAgain } from '../removals.ts';
import { type Failure, failedAgain } from '../trouble.ts';
import { advance } from './advance.ts';
import { compared, jobFailed, merged, unreadable } from './jobs.ts';
import type { AgentMergerMessage, MergerView, Troubled, WorkerAsk } from './messages.ts';
import { offsetMs, sampled } from './offset.ts';
import {
  andThen,
  type Effect,
  freshLink,
  type Linked,
  type MergerLimits,
  noCounts,
  type Own,
  type PeerRound,
  report,
  type State,
  type Step,
  step,
} from './state.ts';

/** One step of the merger. Pure; `now` is milliseconds on a monotonic scale. */
export function decide(state: State, message: AgentMergerMessage | Own, now: number, limits: MergerLimits): Step {
  if (message.type === 'get-state') return step(state, { type: 'reply', to: message.replyTo, view: viewOf(state) });
  return advance(take(state, message, now, limits), now, limits);
}

type Taken = Exclude<AgentMergerMessage | Own, { readonly type: 'get-state' }>;

/** What the message itself changes; all that follows from it is `advance`'s. */
function take(state: State, message: Taken, now: number, limits: MergerLimits): Step {
  switch (message.type) {
    case 'begin':
      return step(state, { type: 'survey' });
    case 'tick':
      return tick(state, now, limits);
    case 'worker-linked':
      return linked(state, message.peer);
    case 'worker-unlinked':
      return unlinked(state, message.peer);
    case 'statuses':
    case 'check':
    case 'held':
      return asked(state, message.peer, message, limits);
    case 'beat-mark':
      return marked(state, message.peer, message.mark, message.receivedMs);
    case 'backlog-sent':
      return step(emptied(state, message.peer));
    case 'keys-changed':
      return keys(state, message, now);
    case 'surveyed':
      return keys(state, { removed: message.strays, added: [], of: message.of }, now);
    case 'keys-read':
      return step({ ...state, removals: keysReadAgain(state.removals) });
    case 'reread-failed':
      return rereadFailed(state, message.failure, now);
    case 'survey-failed':
      return failed(state, 'store', message.failure, now);
    default:
      return takeOutcome(state, message, now);
  }
}

type Outcome = Extract<
  Own,
  {
    readonly type:
      | 'merged'
      | 'unreadable'
      | 'compared'
      | 'judged'
      | 'removed'
      | 'job-failed'
      | 'published'
      | 'forgotten'
      | 'telling-failed';
  }
>;

function takeOutcome(state: State, message: Outcome, now: number): Step {
  switch (message.type) {
    case 'merged':
      return andThen(merged(state, message, now), (next) => well(next, 'store'));
    case 'unreadable':
      return unreadable(state, message.text);
    case 'compared':
      return andThen(compared(state, message.outcome), (next) => well(next, 'store'));
    case 'judged':
      return judged(state, message.ids);
    case 'removed':
      return removed(state, message);
    case 'job-failed':
      return andThen(jobFailed(state, message.failure), (next) => failed(next, 'store', message.failure, now));
    case 'published': {
      const mayPublish = state.mayPublish || message.count > 0;
      return told({ ...state, telling: false, mayPublish }, message.faults);
    }
    case 'forgotten': {
      const toForget = new Set([...state.toForget].filter((id) => !message.ids.has(id)));
      return told({ ...state, telling: false, toForget }, message.faults);
    }
    case 'telling-failed':
      return failed({ ...state, telling: false, mayPublish: true }, 'manager', message.failure, now);
  }
}

function tick(state: State, now: number, { roundMs }: MergerLimits): Step {
  const due = [...state.rounds].filter(([, { since }]) => now - since >= roundMs);
  const next: State = { ...state, judgeDue: true, mayPublish: true };
  if (due.length === 0) return step(next);
  const rounds = new Map([...state.rounds].filter(([, { since }]) => now - since < roundMs));
  return step({ ...next, rounds }, ...due.map(([peer, round]) => roundOf(peer, round, now)));
}

function roundOf(peer: NodeName, { since, counts }: PeerRound, now: number): Effect {
  const { late: _, ...told } = counts;
  return report({ type: 'round', peer, forMs: now - since, ...told });
}

function linked(state: State, peer: NodeName): Step {
  const lastLink = state.lastLink + 1;
  const refused = refusals(state, peer);
  const links = new Map(state.links).set(peer, freshLink(lastLink));
  return step({ ...state, lastLink, links }, ...refused);
}

function unlinked(state: State, peer: NodeName): Step {
  const refused = refusals(state, peer);
  return step({ ...state, links: new Map([...state.links].filter(([other]) => other !== peer)) }, ...refused);
}

const refusals = ({ links }: State, peer: NodeName): readonly Effect[] =>
  (links.get(peer)?.waiting ?? []).map((ask) => refusal(ask, 'link-lost', 'the link to the worker is gone'));

const refusal = (ask: WorkerAsk, code: string, text: string): Effect => ({ type: 'refuse', ask, code, text });

/** What is answered of one bucket fits into one message, whoever lies; of more it may not. */
const isOfOneBucket = ({ range, rows }: Extract<WorkerAsk, { readonly type: 'held' }>): boolean =>
  isBucket(range) && rows.every(([id]) => id >= range.from && id <= range.to);

function asked(state: State, peer: NodeName, ask: WorkerAsk, { waitingPerWorker }: MergerLimits): Step {
  const link = state.links.get(peer);
  if (link === undefined) return step(state, refusal(ask, 'not-linked', 'this worker is not linked'));
  if (ask.type === 'held' && !isOfOneBucket(ask)) {
    const text = `agents are compared one bucket of ${BUCKET_IDS} ids at a time: ask for less`;
    return step(state, refusal(ask, 'bad-range', text));
  }
  if (link.waiting.length >= waitingPerWorker) {
    const text = `${waitingPerWorker} asks of this worker wait already: ask again later`;
    return step(state, refusal(ask, 'overloaded', text));
  }
  const offset = ask.type === 'statuses' ? sampled(link.offset, ask.batch.sentMs, ask.receivedMs) : link.offset;
  const next = withLink(state, peer, { ...link, offset, waiting: [...link.waiting, ask] });
  return step(next, { type: 'admit', ask });
}

/** A mark that had not taken in the last moves for so long never will: they were lost. */
const marksBehind = 3;

function marked(state: State, peer: NodeName, mark: AgentsMark, receivedMs: number): Step {
  const link = state.links.get(peer);
  if (link === undefined) return step(state);
  const offset = sampled(link.offset, mark.timeMs, receivedMs);
  const behind = behindNow(link, mark);
  const next = mark.backlog === 0 ? emptied(state, peer) : state;
  const after: Linked = { ...link, offset, behind, movedAtMark: link.moved, mark };
  if (behind < marksBehind) return step(withLink(next, peer, after));
  // A number that does not follow on the last one it has makes the worker compare.
  const moved = Math.max(link.moved, mark.moved) + 2;
  const message = { type: 'agents-moved' as const, number: moved, ids: [] };
  return step(withLink(next, peer, { ...after, behind: 0, moved, mark: undefined }), {
    ...{ type: 'send-moved', to: peer, message },
  });
}

/** Marks in a row without the last moves, while no more were sent. */
function behindNow({ moved, behind, movedAtMark }: Linked, mark: AgentsMark): number {
  if (mark.moved === moved) return 0;
  return movedAtMark === moved ? behind + 1 : 1;
}

const emptied = (state: State, peer: NodeName): State =>
  state.emptied.has(peer) ? state : { ...state, emptied: new Set([...state.emptied, peer]) };

function keys(state: State, change: Parameters<typeof keysChanged>[1], now: number): Step {
  const removals = keysChanged(state.removals, change, now);
  const others = new Set(change.replaced);
  const back = new Set(change.added.filter((id) => !others.has(id)));
  const toForget =
    state.toForget.size === 0 ? state.toForget : new Set([...state.toForget].filter((id) => !back.has(id)));
  const { held } = removals;
  const isNews = held !== undefined && held.ids.size !== state.removals.held?.ids.size;
  const next: State = { ...state, removals, toForget };
  return isNews ? step(next, report({ type: 'removals-held', count: held.ids.size, of: held.of })) : step(next);
}

function rereadFailed(state: State, failure: Failure, now: number): Step {
  const { due, held } = state.removals;
  const again = held === undefined ? held : { ...held, rereading: false, at: now };
  return failed({ ...state, removals: { due, held: again } }, 'manager', failure, now);
}

function judged(state: State, ids: readonly number[]): Step {
  const next: State = { ...state, job: undefined, mayPublish: state.mayPublish || ids.length > 0 };
  const isWell = well(next, 'store');
  return ids.length === 0 ? isWell : step(isWell.state, ...isWell.effects, report({ type: 'disconnected', ids }));
}

function removed(state: State, { ids, gone, known }: Extract<Own, { readonly type: 'removed' }>): Step {
  const due = new Set([...state.removals.due].filter((id) => !ids.has(id)));
  const toForget = gone.length === 0 ? state.toForget : new Set([...state.toForget, ...gone]);
  const next: State = { ...state, job: undefined, removals: { ...state.removals, due }, toForget };
  const isWell = well(next, 'store');
  return known.length === 0 ? isWell : step(isWell.state, ...isWell.effects, report({ type: 'removed', ids: known }));
}

/** The manager did what it was asked, save for `faults`. */
function told(state: State, faults: readonly Parameters<typeof freshFaults>[1][number][]): Step {
  const { told: toldNow, fresh } = freshFaults(state.told, faults);
  const isWell = well({ ...state, told: toldNow }, 'manager');
  return fresh.length === 0 ? isWell : step(isWell.state, ...isWell.effects, report({ type: 'faults', faults: fresh }));
}

function failed(state: State, of: Troubled, failure: Failure, now: number): Step {
  const { trouble, news } = failedAgain(state.troubles.get(of), failure, now);
  const troubles = new Map(state.troubles).set(of, trouble);
  return step({ ...state, troubles }, ...(news ? [report({ type: 'trouble', of, ...failure })] : []));
}

function well(state: State, of: Troubled): Step {
  if (!state.troubles.has(of)) return step(state);
  const troubles = new Map([...state.troubles].filter(([other]) => other !== of));
  return step({ ...state, troubles }, report({ type: 'trouble-over', of }));
}

const withLink = (state: State, peer: NodeName, link: Linked): State => ({
  ...state,
  links: new Map(state.links).set(peer, link),
});

const viewOf = ({ counts = noCounts, links, emptied: done, removals, troubles }: State): MergerView => ({
  counts,
  links: [...links].map(([peer, { waiting, offset }]) => ({
    peer,
    waiting: waiting.length,
    offsetMs: offset === undefined ? undefined : offsetMs(offset),
    backlogSent: done.has(peer),
  })),
  held: removals.held?.ids.size ?? 0,
  troubles: [...troubles].map(([of, { code, text }]) => ({ of, code, text })),
});
