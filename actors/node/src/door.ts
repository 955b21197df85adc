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
  /** Resolves when it is closed and nothing of it is bound any more. */
  readonly closed: Promise<void>;
}

/** A connection on its way to a link. */
interface Greeting<L> {
  readonly controller: AbortController;
  admit: ((verdict: Verdict) => void) | undefined;
  link: L | undefined;
}

/** Starts to listen when `before` has come, the end of the door before; everything is closed with `scope` at the latest. */
export function openDoor<C extends ConnectionPort, L extends OpenedLink, R>(
  deps: ListenerDeps<C, L, R>,
  scope: Scope<ListenerOwn<C, L, R>>,
  before: Promise<void>,
): Door<C> {
  const greetings = new Map<number, Greeting<L>>();
  const listening = listen(deps, scope, before);
  let closed = false;
  const close = (): void => {
    closed = true;
    listening.stop();
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
    closed: listening.stopped,
  };
}

interface Binding {
  /** Undoes it, now or once it is done. */
  readonly stop: () => void;
  /** Resolves when it is undone, or was stopped and came to nothing. */
  readonly stopped: Promise<void>;
}

function listen<C extends ConnectionPort, L extends OpenedLink, R>(
  deps: ListenerDeps<C, L, R>,
  scope: Scope<ListenerOwn<C, L, R>>,
  before: Promise<void>,
): Binding {
  let closed = false;
  let listening: ListeningPort | undefined;
  let ended = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const stop = (): void => {
    closed = true;
    // How that ends is of no use to anybody: what is bound ends with the process at the latest.
    listening?.close().then(ended, ended);
    listening = undefined;
  };
  const handlers = {
    connection: (connection: C) => (closed ? connection.destroy() : scope.send({ type: 'connection', connection })),
    rejected: (rejection: R) => scope.send({ type: 'rejected', rejection }),
  };
  const bind = async (): Promise<ListeningPort> => {
    await before;
    const bound = await deps.listen(handlers).catch((error: unknown) => {
      ended();
      throw error;
    });
    listening = bound;
    if (closed) stop();
    return bound;
  };
  scope.run(
    bind,
    ({ address, port }) => ({ type: 'bound', address, port }),
    (error) => ({ type: 'bind-failed', error }),
  );
  return { stop, stopped };
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
