/**
 * Keeps the cluster's one truth on who has which groups: what the master's manager says.
 *
 * The manager is read at the start, at each hint and every `reconcileMs`; what changed is numbered, made durable and
 * pushed to the linked workers, within `coalesceMs` of the one before. A listing that failed or was cut removes nothing;
 * the removal of most assignments waits for a second reading `confirmAfterMs` later. Workers find by digest what no
 * push told them. What a worker proposes for an agent without assignment is written to the manager, then held.
 *
 * One thing at a time is read or written. A restart loses which changes were not pushed yet (workers are told to look),
 * proposals (asked again by their workers) and a removal that waits to be confirmed (it waits anew).
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import type { GroupChanges, NodeName } from '@muster/protocol';
import type { DigestedGroups } from '../digested.ts';
import { readPage } from '../page.ts';
import type { ManagersGroups } from '../ports.ts';
import { faultOf } from '../words.ts';
import { adoptAll } from './adopt.ts';
import { decide } from './decide.ts';
import type { GroupAuthorityEvent, GroupAuthorityMessage } from './messages.ts';
import { type AuthorityLimits, type Effect, initialState, type Own, type State } from './state.ts';

/** What the actor needs of the node it runs in. */
export interface GroupAuthorityDeps {
  readonly clock: Clock;
  readonly linkedWorkers: () => readonly NodeName[];
  readonly manager: ManagersGroups;
  /** This actor's alone to change. `withDigest` of what is in the store. */
  readonly held: DigestedGroups;
  /** Whether the agent is in client.keys. Cheap: asked of each row. */
  readonly exists: (id: number) => boolean;
  /** Queues the message; neither blocks nor throws. A lost one is found by the digest in the beat. */
  readonly push: (to: NodeName, message: GroupChanges) => void;
  /** Neither blocks nor throws. */
  readonly report: (event: GroupAuthorityEvent) => void;
}

export function spawnGroupAuthority(
  parent: Parent,
  deps: GroupAuthorityDeps,
  limits: AuthorityLimits,
): Ref<GroupAuthorityMessage> {
  const { clock, held, exists } = deps;
  let running: Running = { cancelAlarm: () => {}, work: new AbortController() };
  return spawnActor<State, GroupAuthorityMessage, Own, Effect>(parent, {
    name: 'agent-groups',
    clock,
    init: () => initialState(deps.linkedWorkers(), held.version(), clock.now()),
    started: (scope) => {
      running = { cancelAlarm: () => {}, work: new AbortController() };
      scope.send({ type: 'begin' });
    },
    decide: (state, message, now) => decide(state, message, { now, held, exists }, limits),
    perform: (effect, scope) => perform(effect, deps, scope, running),
    // Pages and parts have thousands of rows: of messages the inspector shows the kind only.
    redact: ({ type }) => ({ type }),
  });
}

interface Running {
  cancelAlarm: () => void;
  work: AbortController;
}

function perform(effect: Effect, deps: GroupAuthorityDeps, scope: Scope<Own>, running: Running): void {
  switch (effect.type) {
    case 'read-page':
    case 'adopt':
    case 'write':
      work(effect, deps, scope, running);
      break;
    case 'abandon':
      running.work.abort();
      break;
    case 'push':
      for (const peer of effect.to) for (const message of effect.messages) deps.push(peer, message);
      break;
    case 'reply-checked':
      tell(effect.to, effect.value);
      break;
    case 'reply-groups':
      tell(effect.to, effect.value);
      break;
    case 'reply-assigned':
      tell(effect.to, effect.value);
      break;
    case 'reply-view':
      tell(effect.to, effect.value);
      break;
    case 'report':
      deps.report(effect.event);
      break;
    case 'wake':
      running.cancelAlarm();
      running.cancelAlarm = scope.after(effect.delayMs, { type: 'wake' });
      break;
  }
}

function work(
  effect: Extract<Effect, { readonly number: number }>,
  { manager, held }: GroupAuthorityDeps,
  scope: Scope<Own>,
  running: Running,
): void {
  const { number } = effect;
  running.work = new AbortController();
  const given = running.work.signal;
  const either = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, given]);
  const failed = (doing: string) => (error: unknown) =>
    ({ type: 'failed', number, fault: faultOf(doing, error) }) as const;
  switch (effect.type) {
    case 'read-page':
      scope.run(
        (signal) => readPage(manager, effect.after, either(signal)),
        (page) => ({ type: 'page', number, page }),
        failed("Reading the manager's groups"),
      );
      break;
    case 'adopt':
      scope.run(
        (signal) => adoptAll(effect.proposals, manager, either(signal)),
        (adoptions) => ({ type: 'adoptions', number, adoptions }),
        failed('Adopting groups that a worker proposed'),
      );
      break;
    case 'write':
      scope.run(
        () => held.change(effect.assignments),
        (rows) => ({ type: 'written', number, rows: rows.map(({ id, version }) => ({ id, version })) }),
        failed('Writing groups to the store'),
      );
      break;
  }
}
