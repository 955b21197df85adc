/**
 * Lets workers in: the master's end of links.
 *
 * It listens, greets each connection, and gives a name to one link at a time. A name that is held is given
 * to a newcomer only after its holder was probed and found dead and its link has closed. The open link is
 * handed over; `link-closed` frees its name. A failed bind crashes the listener: after its restarts the
 * node ends. A restart asks the node which links are open, and binds when its predecessor's address is free; greetings
 * in flight are given up and dialed again.
 */
import { type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import type { NodeName } from '@muster/protocol';
import { type Door, openDoor } from './door.ts';
import {
  decideListener,
  type ListenerConfig,
  type ListenerEffect,
  type ListenerOwn,
  type ListenerState,
} from './listener-decide.ts';
import type { ConnectionPort, ListenerDeps } from './listener-deps.ts';
import type { ListenerMessage } from './listener-messages.ts';
import type { OpenedLink } from './ports.ts';
import { registryOf } from './registry.ts';

/**
 * The caller still has to choose `ownName`. A probe takes 1 s. A dead link gets one round trip for its goodbye:
 * its successor waits for that.
 */
export const listenerDefaults = { greetTimeoutMs: 10_000, replaceTimeoutMs: 100 } as const;

export function spawnListener<C extends ConnectionPort, L extends OpenedLink, R>(
  parent: Parent,
  deps: ListenerDeps<C, L, R>,
  config: ListenerConfig,
): Ref<ListenerMessage<L>> {
  let door: Door<C> | undefined;
  return spawnActor<ListenerState<L>, ListenerMessage<L>, ListenerOwn<C, L, R>, ListenerEffect<C, L, R>>(parent, {
    name: 'listener',
    clock: deps.clock,
    init: () => ({ registry: registryOf(deps.openLinks()), lastGreeting: 0, refused: new Set() }),
    started: (scope) => {
      door = openDoor(deps, scope, door?.closed ?? Promise.resolve());
    },
    decide: (state, message, now) => decideListener(state, message, now, config),
    perform: (effect, scope) => perform(effect, deps, door!, scope),
    stopping: () => [{ type: 'stop-listening' }],
    redact: ({ type }) => ({ type }),
  });
}

function perform<C extends ConnectionPort, L extends OpenedLink, R>(
  effect: ListenerEffect<C, L, R>,
  deps: ListenerDeps<C, L, R>,
  door: Door<C>,
  scope: Scope<ListenerOwn<C, L, R>>,
): void {
  switch (effect.type) {
    case 'greet':
      door.greet(effect.greeting, effect.connection, effect.withinMs);
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
      scope.after(effect.withinMs, { type: 'replace-overdue', link: effect.link, cut: effect.cut });
      break;
    case 'cut':
      effect.link.destroy(new Error('it did not answer, and another link has its name now'));
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
