/**
 * Reports the agents of the manager beside this node to the master: looks at what the manager has seen, writes it
 * down, sends it, one batch at a time, and takes it for sent when the master has confirmed it and that is written
 * down too.
 *
 * Looks every `pollMs`, or at once when the manager hints; every ask of the master is one at a time, after a
 * failure with a pause that doubles. What moved to another node is let go of. When the views differ they are
 * compared by ranges. Lost on a restart: what is under way, which is done again.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import type { KnownKeys, ManagersAgents, MasterLink, Observed, OwnAgents } from '../ports.ts';
import { decide } from './decide.ts';
import type { AgentReporterEvent, AgentReporterMessage, MarkNumbers } from './messages.ts';
import { perform } from './perform.ts';
import { type Effect, initialState, type Own, type ReporterLimits, type State } from './state.ts';

export interface AgentReporterConfig extends ReporterLimits {
  /** The actor's name among its siblings. */
  readonly name: string;
}

/** What the actor needs of the node it runs in. */
export interface AgentReporterDeps {
  readonly clock: Clock;
  /** This node's steady time, ms: its wall clock at the start of the process and the steady time since. */
  readonly nodeTime: () => number;
  /** What the manager saw since what was last `remembered`. Rejects when it cannot be asked. */
  readonly observe: (signal: AbortSignal) => Promise<Observed>;
  readonly own: OwnAgents;
  readonly master: MasterLink;
  readonly keys: KnownKeys;
  /** Removes what lies at the manager beside us of agents that are gone. */
  readonly forget: ManagersAgents['forget'];
  /** What the beat says from now on; `markOf` makes it whole. Neither blocks nor throws. */
  readonly mark: (numbers: MarkNumbers) => void;
  /** Lets the event loop breathe amid long work. */
  readonly nextTurn: () => Promise<void>;
  /** Neither blocks nor throws. */
  readonly report: (event: AgentReporterEvent) => void;
}

/** Batches hold up to 1,000 rows: of these the inspector shows the kind of message only. */
const shown = (message: AgentReporterMessage | Own): unknown =>
  message.type === 'get-state' || message.type === 'differ' ? message : { type: message.type };

export function spawnAgentReporter(
  parent: Parent,
  deps: AgentReporterDeps,
  config: AgentReporterConfig,
): Ref<AgentReporterMessage> {
  return spawnActor<State, AgentReporterMessage, Own, Effect>(parent, {
    name: config.name,
    clock: deps.clock,
    init: () => initialState(deps.master.linked(), deps.clock.now()),
    started: (scope: Scope<Own>) => {
      scope.send({ type: 'begin' });
      scope.every(config.pollMs, { type: 'tick' });
    },
    decide: (state, message, now) => decide(state, message, now, config),
    perform: (effect, scope) => {
      if (effect.type === 'reply') tell(effect.to, { ...effect.view, unsent: deps.own.unsentCount() });
      else perform(effect, deps, scope);
    },
    redact: shown,
  });
}
