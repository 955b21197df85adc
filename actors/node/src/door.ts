import type { Scope } from '@muster/actor';
import type { NodeName } from '@muster/protocol';
import type { ListenerOwn } from './listener-decide.ts';
import type { ConnectionPort, ListenerDeps, ListeningPort } from './listener-deps.ts';
import { failureOf, type OpenedLink, openUnless } from './ports.ts';
import type { Verdict } from './registry.ts';

/** What one incarnation of the listener has open in the world: the socket it listens on, and its greetings. */
export interface Door<C> {
  greet(greeting: number, connection: C, withinMs: number): void;
  tellVerdict(greeting: number, verdict: Verdict): void;
  /** The link of this greeting has an owner. */
  handedOver(greeting: number): void;
  /** Ends all of it. May be called twice. */
  close(): void;
}

/** A connection on its way to a link. */
interface Greeting<L> {
  readonly controller: AbortController;
  admit: ((verdict: Verdict) => void) | undefined;
  link: L | undefined;
}

/** Starts to listen; everything is closed with `scope` at the latest. */
export function openDoor<C extends ConnectionPort, L extends OpenedLink, R>(
  deps: ListenerDeps<C, L, R>,
  scope: Scope<ListenerOwn<C, L, R>>,
): Door<C> {
  const greetings = new Map<number, Greeting<L>>();
  const stopListening = listen(deps, scope);
  let closed = false;
  const close = (): void => {
    closed = true;
    stopListening();
    for (const { controller, link } of greetings.values()) {
      controller.abort(new Error('the listener ended'));
      link?.close('shutting-down', 'the master ends, or restarts its listener');
    }
    greetings.clear();
  };
  scope.signal.addEventListener('abort', close, { once: true });
  return {
    greet: (greeting, connection, withinMs) => {
      // It waited in the mailbox when the stop began.
      if (closed) return connection.destroy();
      const one: Greeting<L> = { controller: new AbortController(), admit: undefined, link: undefined };
      greetings.set(greeting, one);
      const { remoteAddress: address } = connection;
      const claim = (name: NodeName): void => scope.send({ type: 'claim', claim: { id: greeting, name, address } });
      scope.run(
        () => greet(one, connection, claim, withinMs, deps),
        (link) => ({ type: 'greeted', greeting, link }),
        (error) => {
          greetings.delete(greeting);
          return { type: 'greeting-failed', greeting, address, failure: failureOf(error) };
        },
      );
    },
    tellVerdict: (greeting, verdict) => greetings.get(greeting)?.admit?.(verdict),
    handedOver: (greeting) => void greetings.delete(greeting),
    close,
  };
}

/** Binds; the returned function undoes it, now or once it is done. */
function listen<C extends ConnectionPort, L extends OpenedLink, R>(
  deps: ListenerDeps<C, L, R>,
  scope: Scope<ListenerOwn<C, L, R>>,
): () => void {
  let closed = false;
  let listening: ListeningPort | undefined;
  const stop = (): void => {
    closed = true;
    // The outcome is of no use to anybody: what is bound ends with the process at the latest.
    listening?.close().catch(() => {});
    listening = undefined;
  };
  const handlers = {
    connection: (connection: C) => (closed ? connection.destroy() : scope.send({ type: 'connection', connection })),
    rejected: (rejection: R) => scope.send({ type: 'rejected', rejection }),
  };
  const bind = async (): Promise<ListeningPort> => {
    const bound = await deps.listen(handlers);
    listening = bound;
    if (closed) stop();
    return bound;
  };
  scope.run(
    bind,
    ({ address, port }) => ({ type: 'bound', address, port }),
    (error) => ({ type: 'bind-failed', error }),
  );
  return stop;
}

/** Shakes hands within `withinMs`; the connection is destroyed when that fails. */
async function greet<C extends ConnectionPort, L extends OpenedLink, R>(
  one: Greeting<L>,
  connection: C,
  claim: (name: NodeName) => void,
  withinMs: number,
  deps: ListenerDeps<C, L, R>,
): Promise<L> {
  const { controller } = one;
  const { signal } = controller;
  const late = Object.assign(new Error(`${connection.remoteAddress} was no link after ${withinMs} ms`), {
    code: 'timeout',
  });
  const cancel = deps.clock.after(withinMs, () => controller.abort(late));
  const admit = (name: NodeName): Promise<Verdict> =>
    new Promise((resolve) => {
      one.admit = resolve;
      claim(name);
    });
  signal.addEventListener('abort', () => connection.destroy(), { once: true });
  try {
    one.link = await openUnless(signal, () => deps.greet(connection, admit, signal));
    return one.link;
  } finally {
    cancel();
  }
}
