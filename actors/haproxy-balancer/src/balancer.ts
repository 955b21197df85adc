/**
 * Keeps the agents' backend of one HAProxy as the cluster is, and its sessions balanced, with the fewest cuts.
 *
 * Every `pollMs`, sooner while something goes on, it looks at HAProxy and does what follows from how it is then: one
 * call in flight at a time. First the members: who is up gets a server, and agents once its checks are good; who is
 * silent gets no new agents; who left is emptied and removed. When that is done, the balance: one plan at a time, in
 * chunks, each from a fresh list; then it waits until the agents are back. HAProxy that cannot be reached is tried
 * again for ever, after 1 s to 5 s.
 *
 * Nothing survives a restart, and nothing needs to: what a server should be follows from the members alone, and a
 * plan is made from how it is then.
 */
import { type Parent, type Ref, spawnActor } from '@muster/actor';
import { decide } from './decide.ts';
import type { BalancerMessage } from './messages.ts';
import { nothingOpen, perform } from './perform.ts';
import type { BalancerDeps } from './ports.ts';
import { type BalancerConfig, type Effect, initialState, type Means, type Own, type State } from './state.ts';

/** Throws when a tunable is out of its range. */
export function spawnBalancer(parent: Parent, deps: BalancerDeps, config: BalancerConfig): Ref<BalancerMessage> {
  check(config);
  const means = meansOf(deps);
  const open = nothingOpen();
  return spawnActor<State, BalancerMessage, Own, Effect>(parent, {
    name: config.name,
    clock: deps.clock,
    init: () => initialState(deps.clock.now()),
    started: (scope) => scope.send({ type: 'wake' }),
    decide: (state, message, now) => decide(state, message, { now, config, means }),
    perform: (effect, scope) => perform(effect, deps, scope, open),
    // A list may have 100,000 sessions: of it the inspector shows the kind of message only.
    redact: (message) => (message.type === 'done' ? { type: message.type, of: message.outcome.of } : message),
  });
}

function meansOf({ haproxy, reconnectAgents }: BalancerDeps): Means {
  const { sessions, cut, weights } = haproxy.capabilities;
  return { move: sessions && cut ? 'cut' : reconnectAgents === undefined ? 'none' : 'ask', weights };
}

function check(config: BalancerConfig): void {
  const { pollMs, chunk, tolerance } = config;
  if (!(pollMs > 0)) throw new Error(`pollMs ${pollMs}: give more than 0 milliseconds`);
  if (!(Number.isInteger(chunk) && chunk >= 1)) throw new Error(`chunk ${chunk}: give a whole number from 1`);
  if (!(tolerance >= 0 && tolerance <= 1)) throw new Error(`tolerance ${tolerance}: give a number from 0 to 1`);
}
