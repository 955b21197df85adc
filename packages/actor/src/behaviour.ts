import type { Clock } from './clock.ts';
import type { MailboxLimit } from './mailbox.ts';
import type { Scope } from './scope.ts';

/** What a pure step comes to: the next state, and what the world is asked to do, in order. */
export interface Decision<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * An actor: a pure `decide` inside an effectful `perform`. All of it is synchronous; slow work goes
 * through `scope.run`. `Message` is what anyone may send it, `Own` what only it sends itself. A
 * throw anywhere in it ends the incarnation and goes to the supervisor; only the message that was
 * being handled is lost.
 */
export interface Behaviour<State, Message, Own, Effect> {
  /** Unique among its siblings; 1 to 255 characters, no `/` and no control characters. */
  readonly name: string;
  readonly clock: Clock;
  /** State of a fresh incarnation, rebuilt from the world; runs at spawn and again at every restart. */
  init(): State;
  /** Opens the timers of the incarnation. */
  started?(scope: Scope<Own>): void;
  decide(state: State, message: Message | Own, now: number): Decision<State, Effect>;
  perform(effect: Effect, scope: Scope<Own>): void;
  /** Last effects of an incarnation that ends in good order (a stop, a restart with its siblings); not after a crash. */
  stopping?(state: State): readonly Effect[];
  /** 65,536 messages, then the newest is dropped, unless given. */
  readonly mailbox?: MailboxLimit;
  /** What the inspector and dead letters show of a message. Without it, secret-looking keys and bytes are hidden. */
  redact?(message: Message | Own): unknown;
  /** What the inspector shows of the state. Without it, secret-looking keys and bytes are hidden. */
  redactState?(state: State): unknown;
}

/** A behaviour as the kernel sees it. */
export type AnyBehaviour = Behaviour<unknown, unknown, unknown, unknown>;
