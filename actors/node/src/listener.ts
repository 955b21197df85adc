/**
 * Lets workers in: the master's end of links.
 *
 * It listens, greets each connection, and gives a name to one link at a time. A name that is held is given
 * to a newcomer only after its holder was probed and found dead and its link has closed. The open link is
 * handed over; `link-closed` frees its name. A failed bind crashes the listener: after its restarts the
 * node ends. A restart asks the node which links are open; greetings in flight are given up and dialed again.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import type { NodeName } from '@muster/protocol';
import { decideListener, type ListenerConfig, type ListenerEffect, type ListenerOwn, type ListenerState } from './listener-decide.ts';
import type { ListenerEvent, ListenerMessage } from './listener-messages.ts';
import { failureOf, type OpenedLink, openUnless } from './ports.ts';
import { registryOf, type Verdict } from './registry.ts';

/** The caller still has to choose `ownName`. A probe takes 1 s. */
export const listenerDefaults = { greetTimeoutMs: 10_000, replaceTimeoutMs: 1_000 } as const;

/** A connection whose transport handshake is done. */
export interface ConnectionPort {
  readonly remoteAddress: string;
  destroy(reason?: Error): void;
}

export interface ListeningPort {
  readonly address: string;
  readonly port: number;
  /** Nothing is accepted any more; open links go on. */
  close(): Promise<void>;
}

/** What the listener needs of the node it runs in. */
export interface ListenerDeps<C extends ConnectionPort, L extends OpenedLink, R> {
  readonly clock: Clock;
  /** Rejects when the address cannot be bound. */
  readonly listen: (handlers: {
    readonly connection: (connection: C) => void;
    readonly rejected: (rejection: R) => void;
  }) => Promise<ListeningPort>;
  /**
   * Shakes hands. Once the hello is found good in every other respect, asks `admit` for its name, once; the
   * welcome or the refusal follows what that says. Rejects with a coded error when no link comes of it.
   */
  readonly greet: (
    connection: C,
    admit: (name: NodeName) => Promise<Verdict>,
    signal: AbortSignal,
  ) => Promise<L>;
  readonly openLinks: () => readonly { readonly link: L; readonly name: NodeName; readonly address: string; readonly since: number }[];
  /** Takes the open link over; `link-closed` is to follow when it has closed. Neither blocks nor throws. */
  readonly linkOpened: (link: L) => void;
  /** Whether the holder of `name` answers, within a second or so. A rejection counts as no. */
  readonly probe: (name: NodeName) => Promise<boolean>;
  /** Closes the link of `name` with the code `replaced`. */
  readonly replace: (name: NodeName, text: string) => void;
  readonly report: (event: ListenerEvent<R>) => void;
}

export function spawnListener<C extends ConnectionPort, L extends OpenedLink, R>(
  parent: Parent,
  deps: ListenerDeps<C, L, R>,
  config: ListenerConfig,
): Ref<ListenerMessage<L>> {
  let door = openDoor<C, L, R>(deps);
  return spawnActor<ListenerState<L>, ListenerMessage<L>, ListenerOwn<C, L, R>, ListenerEffect<C, L, R>>(parent, {
    name: 'listener',
    clock: deps.clock,
    init: () => ({ registry: registryOf(deps.openLinks()), lastGreeting: 0, refused: new Set() }),
    started: (scope) => {
      door = openDoor(deps);
      door.open(scope);
    },
    decide: (state, message, now) => decideListener(state, message, now, config),
    perform: (effect, scope) => perform(effect, deps, door, scope),
    stopping: () => [{ type: 'stop-listening' }],
    redact: ({ type }) => ({ type }),
  });
}

/** What one incarnation has open in the world: the socket it listens on, and its greetings. */
interface Door<C, L, R> {
  open(scope: Scope<ListenerOwn<C, L, R>>): void;
  greet(scope: Scope<ListenerOwn<C, L, R>>, greeting: number, connection: C, withinMs: number): void;
  tellVerdict(greeting: number, verdict: Verdict): void;
  /** The link of this greeting has an owner. */
  handedOver(greeting: number): void;
  close(): void;
}

interface Greeting<L> {
  readonly controller: AbortController;
  admit: ((verdict: Verdict) => void) | undefined;
  link: L | undefined;
}

function openDoor<C extends ConnectionPort, L extends OpenedLink, R>(deps: ListenerDeps<C, L, R>): Door<C, L, R> {
  const greetings = new Map<number, Greeting<L>>();
  let closed = false;
  let listening: ListeningPort | undefined;

  const closeListening = (): void => {
    // The outcome is of no use to anybody: what is bound ends with the process at the latest.
    listening?.close().catch(() => {});
    listening = undefined;
  };
  const close = (): void => {
    closed = true;
    closeListening();
    for (const { controller, link } of greetings.values()) {
      controller.abort(new Error('the listener ended'));
      link?.close('shutting-down', 'the master is shutting down or restarting its listener');
    }
    greetings.clear();
  };
  const bind = async (handlers: Parameters<typeof deps.listen>[0]): Promise<ListeningPort> => {
    const bound = await deps.listen(handlers);
    listening = bound;
    if (closed) closeListening();
    return bound;
  };

  return {
    open: (scope) => {
      scope.signal.addEventListener('abort', close, { once: true });
      const handlers = {
        connection: (connection: C) => (closed ? connection.destroy() : scope.send({ type: 'connection', connection })),
        rejected: (rejection: R) => scope.send({ type: 'rejected', rejection }),
      };
      scope.run(
        () => bind(handlers),
        ({ address, port }) => ({ type: 'bound', address, port }),
        (error) => ({ type: 'bind-failed', error }),
      );
    },
    greet: (scope, greeting, connection, withinMs) => {
      const address = connection.remoteAddress;
      const one: Greeting<L> = { controller: new AbortController(), admit: undefined, link: undefined };
      greetings.set(greeting, one);
      const { signal } = one.controller;
      signal.addEventListener('abort', () => connection.destroy(), { once: true });
      const late = Object.assign(new Error(`${address} was no link after ${withinMs} ms`), { code: 'timeout' });
      const cancel = deps.clock.after(withinMs, () => one.controller.abort(late));
      const admit = (name: NodeName): Promise<Verdict> =>
        new Promise((resolve) => {
          one.admit = resolve;
          scope.send({ type: 'claim', claim: { id: greeting, name, address } });
        });
      const work = async (): Promise<L> => {
        one.link = await openUnless(signal, () => deps.greet(connection, admit, signal));
        return one.link;
      };
      scope.run(
        () => work().finally(cancel),
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

function perform<C extends ConnectionPort, L extends OpenedLink, R>(
  effect: ListenerEffect<C, L, R>,
  deps: ListenerDeps<C, L, R>,
  door: Door<C, L, R>,
  scope: Scope<ListenerOwn<C, L, R>>,
): void {
  switch (effect.type) {
    case 'greet':
      door.greet(scope, effect.greeting, effect.connection, effect.withinMs);
      break;
    case 'verdict':
      door.tellVerdict(effect.claim.id, effect.verdict);
      break;
    case 'probe':
      probe(effect.name, deps, scope);
      break;
    case 'replace':
      deps.replace(effect.name, `${effect.name} came back from ${effect.by}, and this link did not answer`);
      break;
    case 'watch-replaced':
      scope.after(effect.withinMs, { type: 'replace-overdue', link: effect.link });
      break;
    case 'hand-over':
      door.handedOver(effect.greeting);
      deps.linkOpened(effect.link);
      break;
    case 'close-link':
      door.handedOver(effect.greeting);
      effect.link.close('name-taken', effect.text);
      break;
    case 'crash':
      throw effect.error;
    case 'stop-listening':
      door.close();
      break;
    case 'report':
      deps.report(effect.event);
      break;
    case 'reply':
      tell(effect.to, effect.value);
      break;
  }
}

function probe<C extends ConnectionPort, L extends OpenedLink, R>(
  name: NodeName,
  deps: ListenerDeps<C, L, R>,
  scope: Scope<ListenerOwn<C, L, R>>,
): void {
  scope.run(
    () => deps.probe(name),
    (alive) => ({ type: 'probed', name, alive }),
    () => ({ type: 'probed', name, alive: false }),
  );
}
