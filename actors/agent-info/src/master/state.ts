import type { Decision, Ref } from '@muster/actor';
import type { AgentsMark, AgentsMoved, AgentsTaken, DigestSum, MergeOutcome, NodeName } from '@muster/protocol';
import type { Fault, ToldFaults } from '../faults.ts';
import { noRemovals, type Removals } from '../removals.ts';
import type { Failure, Trouble } from '../trouble.ts';
import type { AgentMergerEvent, MergeCounts, MergerView, Troubled, WorkerAsk } from './messages.ts';
import type { Offset, Times } from './offset.ts';

export interface MergerLimits {
  /** An agent that was not heard for so long is disconnected, ms (`agents_disconnection_time`). */
  readonly disconnectAfterMs: number;
  /** Milliseconds between two judgements. */
  readonly judgeMs: number;
  /** So long after its start, ms, agents of nodes that have not sent their backlog yet are not judged. */
  readonly graceMs: number;
  /** Asks of one worker that wait for their turn; more are refused. A worker has one open, and one of before it started anew. */
  readonly waitingPerWorker: number;
  /** Milliseconds between two `round` events of one node. */
  readonly roundMs: number;
  /** As the guard of files. */
  readonly confirmAfterMs: number;
  /** Agents written to the manager at once. */
  readonly publishAtOnce: number;
}

/** 15 minutes is the manager's own default since 4.13. */
export const mergerDefaults: MergerLimits = {
  disconnectAfterMs: 900_000,
  judgeMs: 1_000,
  graceMs: 60_000,
  waitingPerWorker: 3,
  roundMs: 10_000,
  confirmAfterMs: 30_000,
  publishAtOnce: 1_000,
};

export interface Linked {
  /** Unique in this incarnation: outcomes for an earlier link go unanswered. */
  readonly link: number;
  readonly waiting: readonly WorkerAsk[];
  /** The newest, not compared yet. */
  readonly mark?: AgentsMark | undefined;
  /** Marks in a row that had not taken in the last `agents-moved`. */
  readonly behind: number;
  /** `moved` when the last mark came. */
  readonly movedAtMark?: number | undefined;
  /** The batch that was merged last; undefined: none since this incarnation knows the link. */
  readonly merged?: number | undefined;
  /** The last `agents-moved` sent. */
  readonly moved: number;
  readonly offset?: Offset | undefined;
}

/** The one write to the store that is under way. The order of answers and of moves is that of commits. */
export type Job =
  | { readonly type: 'ask'; readonly peer: NodeName; readonly link: number; readonly ask: WorkerAsk }
  | { readonly type: 'judge' }
  | { readonly type: 'remove' };

export interface PeerRound {
  readonly since: number;
  readonly counts: MergeCounts;
}

export interface State {
  /** In turn: whoever was served last stands last. */
  readonly links: ReadonlyMap<NodeName, Linked>;
  readonly lastLink: number;
  readonly job?: Job | undefined;
  readonly judgeDue: boolean;
  readonly startedAt: number;
  /** Nodes that have sent their first backlog. */
  readonly emptied: ReadonlySet<NodeName>;
  readonly removals: Removals;
  /** Removed here, not yet at the manager. */
  readonly toForget: ReadonlySet<number>;
  /** Under way with the manager. */
  readonly telling: boolean;
  /** Something may be unpublished. */
  readonly mayPublish: boolean;
  readonly told: ToldFaults;
  readonly troubles: ReadonlyMap<Troubled, Trouble>;
  readonly counts: MergeCounts;
  readonly rounds: ReadonlyMap<NodeName, PeerRound>;
}

/** What only the merger sends itself. */
export type Own =
  | { readonly type: 'begin' }
  | { readonly type: 'tick' }
  | {
      readonly type: 'merged';
      readonly updates: number;
      readonly outcome: MergeOutcome;
      readonly moved: ReadonlyMap<NodeName, readonly number[]>;
      readonly changed: boolean;
    }
  | { readonly type: 'unreadable'; readonly text: string }
  | { readonly type: 'compared'; readonly outcome: MergeOutcome }
  | { readonly type: 'judged'; readonly ids: readonly number[] }
  /** `gone` of `ids` were removed, of which the store knew `known`; the others are back. */
  | {
      readonly type: 'removed';
      readonly ids: ReadonlySet<number>;
      readonly gone: readonly number[];
      readonly known: readonly number[];
    }
  | { readonly type: 'job-failed'; readonly failure: Failure }
  | { readonly type: 'published'; readonly count: number; readonly faults: readonly Fault[] }
  | { readonly type: 'forgotten'; readonly ids: ReadonlySet<number>; readonly faults: readonly Fault[] }
  | { readonly type: 'telling-failed'; readonly failure: Failure }
  | { readonly type: 'keys-read' }
  | { readonly type: 'reread-failed'; readonly failure: Failure }
  | { readonly type: 'survey-failed'; readonly failure: Failure }
  /** What the store holds from earlier runs of agents that are in client.keys no more. */
  | { readonly type: 'surveyed'; readonly strays: readonly number[]; readonly of: number };

export type Effect =
  /** Remembers an ask, so that it fails when the incarnation ends before its answer. */
  | { readonly type: 'admit'; readonly ask: WorkerAsk }
  | { readonly type: 'refuse'; readonly ask: WorkerAsk; readonly code: string; readonly text: string }
  | {
      readonly type: 'merge';
      readonly peer: NodeName;
      readonly ask: Extract<WorkerAsk, { type: 'statuses' }>;
      readonly times: Times;
      readonly held: ReadonlySet<number>;
    }
  | { readonly type: 'compare'; readonly peer: NodeName; readonly ask: Extract<WorkerAsk, { type: 'held' }> }
  | { readonly type: 'check'; readonly peer: NodeName; readonly ask: Extract<WorkerAsk, { type: 'check' }> }
  | { readonly type: 'compare-mark'; readonly peer: NodeName; readonly digest: DigestSum }
  | { readonly type: 'answer'; readonly ask: Exclude<WorkerAsk, { type: 'check' }>; readonly taken: AgentsTaken }
  | { readonly type: 'send-moved'; readonly to: NodeName; readonly message: AgentsMoved }
  | { readonly type: 'judge'; readonly spare: boolean; readonly emptied: ReadonlySet<NodeName> }
  | { readonly type: 'remove'; readonly ids: ReadonlySet<number> }
  | { readonly type: 'publish' }
  | { readonly type: 'forget'; readonly ids: ReadonlySet<number> }
  | { readonly type: 'reread-keys' }
  | { readonly type: 'survey' }
  | { readonly type: 'report'; readonly event: AgentMergerEvent }
  | { readonly type: 'reply'; readonly to: Ref<MergerView>; readonly view: MergerView };

export type Step = Decision<State, Effect>;
export const step = (state: State, ...effects: readonly Effect[]): Step => ({ state, effects });
export const report = (event: AgentMergerEvent): Effect => ({ type: 'report', event });
export const andThen = (before: Step, next: (state: State) => Step): Step => {
  const { state, effects } = next(before.state);
  return effects.length === 0
    ? { state, effects: before.effects }
    : { state, effects: [...before.effects, ...effects] };
};

export const noCounts: MergeCounts = { batches: 0, updates: 0, lost: 0, unknown: 0, late: 0 };
export const freshLink = (link: number): Linked => ({ link, waiting: [], behind: 0, moved: 0 });

/** A fresh incarnation knows who is linked; what was merged and sent on these links it learns from the next beats. */
export const initialState = (linked: readonly NodeName[], now: number): State => ({
  links: new Map(linked.map((peer, index) => [peer, freshLink(index + 1)])),
  lastLink: linked.length,
  judgeDue: false,
  startedAt: now,
  emptied: new Set(),
  removals: noRemovals,
  toForget: new Set(),
  telling: false,
  mayPublish: true,
  told: new Map(),
  troubles: new Map(),
  counts: noCounts,
  rounds: new Map(),
});
