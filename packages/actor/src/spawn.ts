import { type Ref as NactRef, spawn } from 'nact';
import type { Clock } from './clock.ts';
import { type Ref, tell } from './ref.ts';
import { type OpenScope, openScope, type Scope } from './scope.ts';

/** What a pure step comes to: the next state, and what the world is asked to do, in order. */
export interface Decision<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * An actor: a pure `decide` inside an effectful `perform`; neither returns a promise.
 * `Message` is what anyone may send it, `Own` what only it sends itself.
 */
export interface Behaviour<State, Message, Own, Effect> {
  readonly name: string;
  readonly clock: Clock;
  /** State of a fresh incarnation; runs at spawn and again at every restart. */
  init(): State;
  /** Opens the timers of the incarnation. */
  started?(scope: Scope<Own>): void;
  decide(state: State, message: Message | Own, now: number): Decision<State, Effect>;
  perform(effect: Effect, scope: Scope<Own>): void;
  /** Sees every step before its effects are performed; for the inspector. */
  inspect?(step: { readonly message: Message | Own; readonly decision: Decision<State, Effect> }): void;
}

/** A place in the tree under which actors are spawned. */
export type Parent = NactRef<unknown>;

/**
 * Starts `behaviour` under `parent`. A throw in `decide` or `perform` closes the incarnation and
 * goes to the parent, which alone decides whether the actor restarts.
 */
export function spawnActor<State, Message, Own, Effect>(
  parent: Parent,
  behaviour: Behaviour<State, Message, Own, Effect>,
): Ref<Message> {
  let scope: OpenScope<Own> | undefined;

  const begin = (self: Ref<Own>): State => {
    scope = openScope(behaviour.clock, (message) => tell(self, message));
    const state = behaviour.init();
    behaviour.started?.(scope);
    return state;
  };

  const step = (state: State, message: Message | Own): State => {
    const decision = behaviour.decide(state, message, behaviour.clock.now());
    behaviour.inspect?.({ message, decision });
    for (const effect of decision.effects) behaviour.perform(effect, scope!);
    return decision.state;
  };

  return spawn(parent, step, behaviour.name, {
    initialStateFunc: (ctx) => begin(ctx.self as unknown as Ref<Own>),
    onCrash: (_message, _error, ctx) => {
      scope?.close();
      return ctx.escalate;
    },
    afterStop: () => scope?.close(),
  }) as unknown as Ref<Message>;
}
