import type { Ref } from '@muster/actor';
import type { Fault } from '../faults.ts';
import type { KeysChange } from '../removals.ts';
import type { Failure } from '../trouble.ts';

/** What the reporter accepts. */
export type AgentReporterMessage =
  /** The manager hints that something may be new. */
  | { readonly type: 'changed' }
  /** The link to the master opened, or closed. A second `linked` is another link. */
  | { readonly type: 'linked' }
  | { readonly type: 'unlinked' }
  /** `agents-moved` of the present link. */
  | { readonly type: 'moved'; readonly number: number; readonly ids: readonly number[] }
  /** `agents-differ`: the views are to be compared by ranges. */
  | { readonly type: 'differ' }
  | ({ readonly type: 'keys-changed' } & KeysChange)
  | { readonly type: 'get-state'; readonly replyTo: Ref<ReporterView> };

/** What the beat says of the agents beside time and digest. */
export interface MarkNumbers {
  readonly batch: number;
  readonly moved: number;
  readonly backlog: number;
}

/** What happened since the last round was told. */
export interface Round {
  readonly batches: number;
  /** Updates that the master answered. */
  readonly updates: number;
  readonly lost: number;
  readonly unknown: number;
}

/** What it tells the node, for the log. Each trouble once, until it is another or over. */
export type AgentReporterEvent =
  /** At most every `roundMs`, when anything was sent. */
  | ({ readonly type: 'round'; readonly forMs: number } & Round)
  /** All that waited when the link opened is confirmed; at once when nothing did. */
  | { readonly type: 'backlog-sent'; readonly updates: number; readonly forMs: number }
  /** The master does not have these agents in its client.keys: five at most are named. */
  | { readonly type: 'unknown'; readonly count: number; readonly ids: readonly number[] }
  | { readonly type: 'faults'; readonly faults: readonly Fault[] }
  | ({ readonly type: 'trouble'; readonly of: Troubled } & Failure)
  | { readonly type: 'trouble-over'; readonly of: Troubled }
  /** The views were compared by ranges, and this differed. */
  | { readonly type: 'compared'; readonly asks: number; readonly wanted: number; readonly lost: number }
  | { readonly type: 'removed'; readonly count: number }
  /** The guard holds so many removals. */
  | { readonly type: 'removals-held'; readonly count: number; readonly of: number };

/** Who gives trouble: the manager beside us, our own store, the master. */
export type Troubled = 'manager' | 'store' | 'master';

export interface ReporterView extends MarkNumbers {
  readonly linked: boolean;
  /** What is under way with the master. */
  readonly doing: 'nothing' | 'sending' | 'comparing';
  /** Updates that the master does not have yet. */
  readonly unsent: number;
  /** Agents that the master does not know. */
  readonly unknown: number;
  readonly troubles: readonly (Failure & { readonly of: Troubled })[];
}

/** For `ask`. */
export const getReporterState = (replyTo: Ref<ReporterView>): AgentReporterMessage => ({ type: 'get-state', replyTo });
