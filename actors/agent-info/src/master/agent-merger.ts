/**
 * Merges what all nodes report of their agents: the newest keep-alive of each wins, and only those that are in
 * client.keys count. Judges who is disconnected, removes who is gone, and tells the manager beside the master.
 *
 * One write to the store at a time, so that answers and `agents-moved` leave in the order of commits; workers take
 * turns. An answer leaves after its commit. Lost on a restart: asks that wait, which fail, so that the
 * workers ask again; the measured offsets, which the next beat brings; what is to be forgotten at the manager.
 */
import { type Clock, type Parent, type Ref, spawnActor, tell } from '@muster/actor';
import type { AgentsDiffer, AgentsMoved, NodeName } from '@muster/protocol';
import type { AllAgents, KnownKeys, ManagersAgents } from '../ports.ts';
import { decide } from './decide.ts';
import type { AgentMergerEvent, AgentMergerMessage, WorkerAsk } from './messages.ts';
import { perform } from './perform.ts';
import { type Effect, initialState, type MergerLimits, type Own, type State } from './state.ts';

export interface AgentMergerConfig extends MergerLimits {
  /** The master's own node name: what its own manager saw is under it. */
  readonly ownName: NodeName;
}

/** What the actor needs of the node it runs in. */
export interface AgentMergerDeps {
  readonly clock: Clock;
  /** This node's steady time, ms: its wall clock at the start of the process and the steady time since. */
  readonly nodeTime: () => number;
  readonly wallNow: () => number;
  readonly linkedWorkers: () => readonly NodeName[];
  readonly store: AllAgents;
  readonly keys: KnownKeys;
  readonly manager: ManagersAgents;
  /** Queues a message; neither blocks nor throws. One that is lost shows in the next beats. */
  readonly send: (to: NodeName, message: AgentsMoved | AgentsDiffer) => void;
  /** Lets the event loop breathe amid long work. */
  readonly nextTurn: () => Promise<void>;
  /** Neither blocks nor throws. */
  readonly report: (event: AgentMergerEvent) => void;
}

export function spawnAgentMerger(
  parent: Parent,
  deps: AgentMergerDeps,
  config: AgentMergerConfig,
): Ref<AgentMergerMessage> {
  /** Asks of the present incarnation without an answer. */
  let open = new Set<WorkerAsk>();
  return spawnActor<State, AgentMergerMessage, Own, Effect>(parent, {
    name: 'agent-info',
    clock: deps.clock,
    init: () => initialState(deps.linkedWorkers(), deps.clock.now()),
    started: (scope) => {
      const mine = new Set<WorkerAsk>();
      open = mine;
      scope.send({ type: 'begin' });
      scope.every(config.judgeMs, { type: 'tick' });
      scope.signal.addEventListener('abort', () => failAll(mine), { once: true });
    },
    decide: (state, message, now) => decide(state, message, now, config),
    perform: (effect, scope) => {
      if (effect.type === 'reply') tell(effect.to, effect.view);
      else perform(effect, { ...deps, ...config, open }, scope);
    },
    // Batches hold up to 1,000 rows: of these the inspector shows the kind of message only.
    redact: (message) => ('peer' in message ? { type: message.type, peer: message.peer } : { type: message.type }),
  });
}

function failAll(open: ReadonlySet<WorkerAsk>): void {
  for (const { answer } of open) answer.fail('restarting', 'the merging of statuses ended: ask again');
}
