import type { Ref } from '@muster/actor';
import type {
  AgentStatuses,
  AgentsChecked,
  AgentsMark,
  AgentsTaken,
  IdRange,
  NodeName,
  RangePart,
} from '@muster/protocol';
import type { Fault } from '../faults.ts';
import type { KeysChange } from '../removals.ts';
import type { Failure } from '../trouble.ts';

/** Answers one ask, once; later calls do nothing. `Answer` of `packages/link` fits. */
export interface Answer<in Reply> {
  reply(message: Reply): void;
  fail(code: string, text: string): void;
}

/** What a worker asks. One of the master's own reporter is the same: its node is the master's name. */
export type WorkerAsk =
  | {
      readonly type: 'statuses';
      readonly batch: AgentStatuses;
      /** Our node time, ms, when it came. */
      readonly receivedMs: number;
      readonly answer: Answer<AgentsTaken>;
    }
  | { readonly type: 'check'; readonly parts: readonly RangePart[]; readonly answer: Answer<AgentsChecked> }
  | {
      readonly type: 'held';
      readonly range: IdRange;
      readonly rows: readonly (readonly [id: number, revision: number])[];
      readonly answer: Answer<AgentsTaken>;
    };

/** What the merger accepts. */
export type AgentMergerMessage =
  | (WorkerAsk & { readonly peer: NodeName })
  /** A link opened, or closed. A second `worker-linked` is another link. */
  | { readonly type: 'worker-linked'; readonly peer: NodeName }
  | { readonly type: 'worker-unlinked'; readonly peer: NodeName }
  /** A beat of a worker said so; `receivedMs`: our node time then. */
  | { readonly type: 'beat-mark'; readonly peer: NodeName; readonly mark: AgentsMark; readonly receivedMs: number }
  /** All that waited on this node when it linked is here; a mark without a backlog says the same. */
  | { readonly type: 'backlog-sent'; readonly peer: NodeName }
  | ({ readonly type: 'keys-changed' } & KeysChange)
  | { readonly type: 'get-state'; readonly replyTo: Ref<MergerView> };

export interface MergeCounts {
  readonly batches: number;
  readonly updates: number;
  /** Held from a newer update of another node. */
  readonly lost: number;
  /** Not in client.keys: dropped. */
  readonly unknown: number;
  /** Merged, and the link was gone before that could be said. */
  readonly late: number;
}

/** Who gives trouble: our store, the manager beside us. */
export type Troubled = 'store' | 'manager';

/** What it tells the node, for the log and for other actors. Each trouble once, until it is another or over. */
export type AgentMergerEvent =
  /** Of one node, at most every `roundMs`, when anything came. */
  | ({ readonly type: 'round'; readonly peer: NodeName; readonly forMs: number } & Omit<MergeCounts, 'late'>)
  /** Agents of a node's batch that are not in client.keys: five at most are named. */
  | { readonly type: 'unknown'; readonly peer: NodeName; readonly count: number; readonly ids: readonly number[] }
  /** A node's digest is not ours: it will compare. */
  | { readonly type: 'differs'; readonly peer: NodeName }
  /** Judged to be disconnected: no keep-alive for the configured time. */
  | { readonly type: 'disconnected'; readonly ids: readonly number[] }
  /** Gone from client.keys, and now from the store. */
  | { readonly type: 'removed'; readonly ids: readonly number[] }
  | { readonly type: 'removals-held'; readonly count: number; readonly of: number }
  /** A batch of this node cannot be read. Its link is to be closed: the node broke the protocol. */
  | { readonly type: 'bad-batch'; readonly peer: NodeName; readonly text: string }
  | { readonly type: 'faults'; readonly faults: readonly Fault[] }
  | ({ readonly type: 'trouble'; readonly of: Troubled } & Failure)
  | { readonly type: 'trouble-over'; readonly of: Troubled };

export interface MergerView {
  readonly counts: MergeCounts;
  readonly links: readonly {
    readonly peer: NodeName;
    readonly waiting: number;
    readonly offsetMs: number | undefined;
    readonly backlogSent: boolean;
  }[];
  readonly held: number;
  readonly troubles: readonly (Failure & { readonly of: Troubled })[];
}

/** For `ask`. */
export const getMergerState = (replyTo: Ref<MergerView>): AgentMergerMessage => ({ type: 'get-state', replyTo });
