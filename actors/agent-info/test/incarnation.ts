/** An actor without the runtime: its own `decide` and `perform`, and lanes that move only when told. */
import type { Scope } from '@muster/actor';

/** Promise chains run on: the longest of them has fewer hops. */
export const flush = async (): Promise<void> => {
  for (let hop = 0; hop < 12; hop++) await undefined;
};

/** An incarnation with its two lanes. What it started and its timers die with it. */
export function openActor<State, Message, Own, Effect>(
  now: () => number,
  decide: (state: State, message: Message | Own, now: number) => { state: State; effects: readonly Effect[] },
  perform: (effect: Effect, scope: Scope<Own>) => void,
) {
  let own: Own[] = [];
  let mailbox: Message[] = [];
  let timers: { readonly at: number; readonly message: Own }[] = [];
  let life = { over: false };
  let signal = new AbortController();
  let state!: State;
  const scopeOf = (mine: typeof life, mySignal: AbortSignal): Scope<Own> => ({
    signal: mySignal,
    now,
    send: (message) => void own.push(message),
    every: () => {},
    after: (delayMs, message) => {
      const timer = { at: now() + delayMs, message };
      timers.push(timer);
      return () => {};
    },
    run: (work, done, failed) => {
      const send = (message: Own): void => {
        if (!mine.over) own.push(message);
      };
      void Promise.resolve()
        .then(() => work(mySignal))
        .then(
          (value) => send(done(value)),
          (error: unknown) => send(failed(error)),
        );
    },
  });
  let scope = scopeOf(life, signal.signal);
  return {
    /** A new incarnation; what waits in the mailbox stays. */
    start: (fresh: State, ...first: readonly Own[]) => {
      life.over = true;
      signal.abort();
      life = { over: false };
      signal = new AbortController();
      own = [...first];
      timers = [];
      state = fresh;
      scope = scopeOf(life, signal.signal);
      return signal.signal;
    },
    tell: (message: Message) => void mailbox.push(message),
    own: (message: Own) => void own.push(message),
    clear: () => {
      mailbox = [];
    },
    fireTimers: () => {
      own.push(...timers.filter(({ at }) => at <= now()).map(({ message }) => message));
      timers = timers.filter(({ at }) => at > now());
    },
    /** Handles one message; false when none waits. */
    step: (ownFirst: boolean): boolean => {
      const message = ownFirst ? (own.shift() ?? mailbox.shift()) : (mailbox.shift() ?? own.shift());
      if (message === undefined) return false;
      const decision = decide(state, message, now());
      state = decision.state;
      for (const effect of decision.effects) perform(effect, scope);
      return true;
    },
    state: () => state,
  };
}
