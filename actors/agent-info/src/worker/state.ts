import type { Decision, Ref } from '@muster/actor';
import type { AgentsTaken, AgentUpdate, IdRange, MergeOutcome } from '@muster/protocol';
import type { Fault, ToldFaults } from '../faults.ts';
import { noRemovals, type Removals } from '../removals.ts';
import type { Failure, Trouble } from '../trouble.ts';
import type { AgentReporterEvent, MarkNumbers, ReporterView, Round, Troubled } from './messages.ts';

export interface ReporterLimits {
  /** Milliseconds between looks at the manager. */
  readonly pollMs: number;
  /** The manager hints at changes: it is looked at only every `fullMs` beside. */
  readonly hinted: boolean;
  /** Milliseconds after which the manager is looked at whatever it hints, and agents that the master did not know are tried again. */
  readonly fullMs: number;
  /** Milliseconds between two `round` events. */
  readonly roundMs: number;
  /** As the guard of files. */
  readonly confirmAfterMs: number;
}

/** Half a second for a manager without hints is a twentieth of an agent's keep-alive interval. */
export const reporterDefaults: ReporterLimits = {
  pollMs: 500,
  hinted: false,
  fullMs: 60_000,
  roundMs: 10_000,
  confirmAfterMs: 30_000,
};

/** The one thing that is under way with the master. */
export type Exchange = Batch | Check | Compare;

interface Batch {
  readonly type: 'batch';
  readonly link: number;
  readonly batch: number;
  /** It came, and waits for the moves that were sent before it; or is being written down. */
  readonly answer?: { readonly updates: readonly AgentUpdate[]; readonly taken: AgentsTaken; readonly at: number };
  readonly storing: boolean;
  /** Moves that came since the batch left: those newer than its answer count after it. */
  readonly moves: readonly Moves[];
}

/** Asks in which ranges the views differ. */
interface Check {
  readonly type: 'check';
  readonly link: number;
}

/** Says what is held in one bucket. */
interface Compare {
  readonly type: 'compare';
  readonly link: number;
  /** What it found is being written down. */
  readonly storing: boolean;
}

export interface Moves {
  readonly number: number;
  readonly ids: readonly number[];
}

/** The search for what differs, depth first. */
export interface Descent {
  readonly todo: readonly IdRange[];
  readonly asks: number;
  readonly wanted: number;
  readonly lost: number;
}

export interface State {
  readonly linked: boolean;
  /** Counts the links; outcomes of asks on earlier ones are void. */
  readonly link: number;
  readonly looking: boolean;
  /** Look at the manager as soon as may be. */
  readonly lookAgain: boolean;
  readonly fullAt: number;
  readonly told: ToldFaults;
  readonly exchange?: Exchange | undefined;
  /** Something may be unsent. Set by whatever may make it so, taken back when it is looked at. */
  readonly mayWait: boolean;
  /** The last batch begun, and the last that is confirmed and written down, of this link. */
  readonly batch: number;
  readonly confirmed: number;
  /** The last `moved` that came, and the last that is written down. */
  readonly movedSeen: number;
  readonly movedStored: number;
  /** Undefined: this link's is not counted yet. */
  readonly backlog?: number | undefined;
  readonly linkedAt: number;
  /** What waited when the link opened; undefined once it is told that all of it is sent. */
  readonly firstBacklog?: number | undefined;
  /** The views shall be compared. */
  readonly differs: boolean;
  readonly descent?: Descent | undefined;
  readonly lastTurn: 'batch' | 'descent';
  /** Agents that the master did not know: sent again when they appear in client.keys, and now and then. */
  readonly unknown: ReadonlySet<number>;
  readonly removals: Removals;
  readonly removing: boolean;
  readonly troubles: ReadonlyMap<Troubled, Trouble>;
  readonly round: Round;
  readonly roundAt: number;
  readonly marked?: MarkNumbers | undefined;
  readonly wakeAt?: number | undefined;
}

/** What only the reporter sends itself. */
export type Own =
  | { readonly type: 'begin' }
  | { readonly type: 'tick' }
  | { readonly type: 'wake' }
  | { readonly type: 'observed'; readonly count: number; readonly faults: readonly Fault[]; readonly more: boolean }
  | { readonly type: 'look-failed'; readonly of: Troubled; readonly failure: Failure }
  | { readonly type: 'backlog'; readonly link: number; readonly count: number }
  | { readonly type: 'nothing-unsent'; readonly link: number }
  | {
      readonly type: 'taken';
      readonly link: number;
      readonly batch: number;
      readonly updates: readonly AgentUpdate[];
      readonly taken: AgentsTaken;
    }
  | { readonly type: 'confirmed'; readonly link: number; readonly batch: number }
  | { readonly type: 'moves-stored'; readonly link: number; readonly number: number }
  | { readonly type: 'checked'; readonly link: number; readonly differing: readonly IdRange[] }
  | { readonly type: 'compared'; readonly link: number; readonly taken: AgentsTaken }
  | { readonly type: 'amended'; readonly link: number }
  /** An ask to the master failed. */
  | { readonly type: 'ask-failed'; readonly link: number; readonly failure: Failure }
  | { readonly type: 'store-failed'; readonly doing: StoreWork; readonly failure: Failure }
  | { readonly type: 'resent'; readonly ids: readonly number[] }
  /** `count` of `ids` were gone; the others are back. */
  | {
      readonly type: 'removed';
      readonly ids: ReadonlySet<number>;
      readonly count: number;
      readonly faults: readonly Fault[];
    }
  | { readonly type: 'keys-read' }
  /** A part of the look at what the store holds from earlier runs. */
  | {
      readonly type: 'surveyed';
      readonly strays: readonly number[];
      readonly unheld: readonly number[];
      readonly of: number;
    };

/** What a write to the store was for. */
export type StoreWork = 'confirm' | 'moves' | 'amend' | 'resend' | 'remove' | 'reread' | 'survey';

export type Effect =
  | { readonly type: 'observe' }
  | { readonly type: 'count-backlog'; readonly link: number }
  | { readonly type: 'send'; readonly link: number; readonly batch: number }
  | {
      readonly type: 'confirm';
      readonly link: number;
      readonly batch: number;
      readonly updates: readonly AgentUpdate[];
      readonly outcome: MergeOutcome;
    }
  | { readonly type: 'store-moves'; readonly link: number; readonly number: number; readonly ids: readonly number[] }
  | { readonly type: 'check'; readonly link: number; readonly ranges: readonly IdRange[] }
  | { readonly type: 'compare'; readonly link: number; readonly range: IdRange }
  | {
      readonly type: 'amend';
      readonly link: number;
      readonly gone: readonly number[];
      readonly wanted: readonly number[];
    }
  | { readonly type: 'resend'; readonly ids: readonly number[] }
  | { readonly type: 'remove'; readonly ids: ReadonlySet<number> }
  | { readonly type: 'reread-keys' }
  | { readonly type: 'survey' }
  | { readonly type: 'mark'; readonly numbers: MarkNumbers }
  | { readonly type: 'wake'; readonly delayMs: number }
  | { readonly type: 'report'; readonly event: AgentReporterEvent }
  | { readonly type: 'reply'; readonly to: Ref<ReporterView>; readonly view: Omit<ReporterView, 'unsent'> };

export type Step = Decision<State, Effect>;
export const step = (state: State, ...effects: readonly Effect[]): Step => ({ state, effects });
export const report = (event: AgentReporterEvent): Effect => ({ type: 'report', event });

export const noRound: Round = { batches: 0, updates: 0, lost: 0, unknown: 0 };

/** What a fresh incarnation knows: whether there is a link. It looks at the manager and at its store at once. */
export const initialState = (linked: boolean, now: number): State => ({
  linked,
  link: 0,
  looking: false,
  lookAgain: true,
  fullAt: now,
  told: new Map(),
  mayWait: true,
  batch: 0,
  confirmed: 0,
  movedSeen: 0,
  movedStored: 0,
  linkedAt: now,
  differs: false,
  lastTurn: 'descent',
  unknown: new Set(),
  removals: noRemovals,
  removing: false,
  troubles: new Map(),
  round: noRound,
  roundAt: now,
});
