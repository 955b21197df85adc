import type { AnyBehaviour } from './behaviour.ts';
import type { Child, RestartRule, StopReason, Superior } from './child.ts';
import type { Mailbox } from './mailbox.ts';
import type { OwnLane } from './own-lane.ts';
import type { Probes } from './probe.ts';
import type { RecentMessages } from './recent.ts';
import type { Ref } from './ref.ts';
import type { Runtime } from './runtime.ts';
import type { Turn } from './scheduler.ts';
import type { OpenScope } from './scope.ts';
import type { OpenTrace } from './trace.ts';

/** An ask that waits for its answer. */
export interface PendingAsk {
  fail(error: Error): void;
}

/** The end of an incarnation that is under way. */
export interface Ending {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  /** Ends the wait for work in flight. */
  cancelDeadline: () => void;
}

/**
 * One actor, over all its incarnations: plain fields, changed by `deliver`, `drain` and
 * `incarnation` alone. Not closures per actor: ten thousand of them must run the same code.
 */
export interface Cell {
  readonly kind: 'cell';
  readonly runtime: Runtime;
  readonly behaviour: AnyBehaviour;
  readonly path: string;
  readonly superior: Superior;
  readonly rule: RestartRule;
  readonly shutdownMs: number;
  readonly mailbox: Mailbox;
  readonly own: OwnLane;
  readonly turn: Turn;
  /** Set right after creation. */
  self: Ref<never>;
  child: Child;
  status: 'running' | 'ending' | 'down' | 'stopped';
  /** Takes no messages any more: a stop began. */
  closed: boolean;
  /** A turn is asked for and did not begin. */
  awake: boolean;
  /** Code of the behaviour is on the stack: the incarnation must not be ended under it. */
  handling: boolean;
  state: unknown;
  scope: OpenScope | undefined;
  /** An end is asked for; it begins when no code of the behaviour is on the stack. */
  ending: Ending | undefined;
  stopping: Promise<void> | undefined;
  /** A crash from outside that waits for the handler on the stack. */
  injected: { readonly error: unknown } | undefined;
  /** By the number of the question in the mailbox. */
  asks: Map<number, PendingAsk> | undefined;
  /** Empty messages that wait in the mailbox. */
  probes: Probes | undefined;
  watchers: Set<(reason: StopReason) => void> | undefined;
  /** Those who wait for the next start; told false at a stop. */
  awaiting: ((started: boolean) => void)[] | undefined;
  recent: RecentMessages | undefined;
  /** The open traces that match its path; undefined when there is none, so that a message costs one look. */
  traces: readonly OpenTrace[] | undefined;
  incarnations: number;
  processed: number;
  overflowed: number;
  busyMs: number;
  startedAt: number;
  lastError: { readonly at: number; readonly error: unknown } | undefined;
}
