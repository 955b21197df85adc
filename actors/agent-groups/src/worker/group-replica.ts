/**
 * Keeps this worker's assignments, held and in the manager beside us, equal to the master's.
 *
 * Pushes are applied in their order. A gap, or a beat of the master whose version or digest is another than ours, is
 * repaired at once by ranges: digests down to buckets, then rows. What the manager says otherwise is written again
 * (at each hint and every `reconcileMs`); an assignment that only the manager has, of an agent that exists, was chosen
 * here and is proposed to the master. Failures are tried again after 1 s, doubling to 30 s.
 *
 * One thing at a time is asked, read or written. A restart loses pushes that wait and a repair under way: the node
 * compares anew.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import type { DigestedGroups } from '../digested.ts';
import { readPage } from '../page.ts';
import type { Assignment, GroupsLink, ManagersGroups } from '../ports.ts';
import { faultOf } from '../words.ts';
import { decide } from './decide.ts';
import type { GroupReplicaEvent, GroupReplicaMessage } from './messages.ts';
import { type Effect, initialState, type Own, type ProposalAnswer, type ReplicaLimits, type State } from './state.ts';
import { assignAll, writeRows } from './write.ts';

/** What the actor needs of the node it runs in. */
export interface GroupReplicaDeps {
  readonly clock: Clock;
  readonly master: GroupsLink;
  readonly manager: ManagersGroups;
  /** This actor's alone to change. `withDigest` of what is in the store. */
  readonly held: DigestedGroups;
  /** Whether the agent is in this node's client.keys. Cheap: asked of each row. */
  readonly exists: (id: number) => boolean;
  /** Neither blocks nor throws. */
  readonly report: (event: GroupReplicaEvent) => void;
}

export function spawnGroupReplica(
  parent: Parent,
  deps: GroupReplicaDeps,
  limits: ReplicaLimits,
): Ref<GroupReplicaMessage> {
  const { clock, held, exists } = deps;
  let running: Running = { cancelAlarm: () => {}, work: new AbortController() };
  return spawnActor<State, GroupReplicaMessage, Own, Effect>(parent, {
    name: 'agent-groups',
    clock,
    init: () => initialState(deps.master.linked(), clock.now(), limits),
    started: (scope) => {
      running = { cancelAlarm: () => {}, work: new AbortController() };
      scope.send({ type: 'begin' });
    },
    decide: (state, message, now) => decide(state, message, { now, held, exists }, limits),
    perform: (effect, scope) => perform(effect, deps, scope, running),
    // Pages and rows come by the thousand: of messages the inspector shows the kind only.
    redact: ({ type }) => ({ type }),
  });
}

interface Running {
  cancelAlarm: () => void;
  work: AbortController;
}

function perform(effect: Effect, deps: GroupReplicaDeps, scope: Scope<Own>, running: Running): void {
  switch (effect.type) {
    case 'abandon':
      running.work.abort();
      break;
    case 'report':
      deps.report(effect.event);
      break;
    case 'reply':
      tell(effect.to, effect.value);
      break;
    case 'wake':
      running.cancelAlarm();
      running.cancelAlarm = scope.after(effect.delayMs, { type: 'wake' });
      break;
    default:
      running.work = new AbortController();
      work(effect, deps, scope, running.work.signal);
  }
}

function work(
  effect: Extract<Effect, { readonly number: number }>,
  deps: GroupReplicaDeps,
  scope: Scope<Own>,
  given: AbortSignal,
): void {
  const { number } = effect;
  const { master, manager } = deps;
  const run = <T>(doing: string, start: (signal: AbortSignal) => Promise<T>, done: (value: T) => Own): void =>
    scope.run(
      (signal) => start(AbortSignal.any([signal, given])),
      done,
      (error) => ({ type: 'failed', number, fault: faultOf(doing, error) }),
    );
  switch (effect.type) {
    case 'compare':
      run(
        'Comparing groups with the master',
        () => master.check(effect.parts),
        (answer) => ({ type: 'compared', number, answer }),
      );
      break;
    case 'fetch':
      run(
        "Fetching the master's groups",
        () => master.get(effect.range.from, effect.range.to),
        (answer) => ({ type: 'fetched', number, answer }),
      );
      break;
    case 'write':
      run(
        "Writing the master's groups",
        (signal) => writeRows(effect.rows, effect.version, deps, signal),
        (result) => ({ type: 'written', number, ...result }),
      );
      break;
    case 'assign':
      run(
        'Writing groups to the manager',
        (signal) => assignAll(effect.assignments, manager, signal),
        (faults) => ({ type: 'written', number, faults, stuck: 0 }),
      );
      break;
    case 'propose':
      run(
        'Proposing groups',
        () => Promise.all(effect.proposals.map((one) => propose(one, master))),
        (answers) => ({ type: 'answers', number, answers }),
      );
      break;
    case 'read-page':
      run(
        "Reading the manager's groups",
        (signal) => readPage(manager, effect.after, signal),
        (page) => ({ type: 'page', number, page }),
      );
      break;
  }
}

async function propose({ id, groups }: Assignment, master: GroupsLink): Promise<ProposalAnswer> {
  try {
    return { id, answer: await master.propose(id, groups) };
  } catch (error) {
    return { id, fault: faultOf('Proposing groups to the master', error) };
  }
}
