/** The manager beside a node: its remoted, which agents report to, and what it remembers. It outlives Muster's process. */
import type { Agent, Enrolled } from './agent.ts';

export interface ManagerBeside {
  readonly kind: 'files' | 'wazuh-db';
  /** Agents report here. Not to a 4.x that is beside the master: no flag of its database tells what it heard itself (`reference/agent-info.md` 5). */
  readonly takesAgents: boolean;
  /** It forgets nothing of the agent; what it knew before may stay: false says that it learnt nothing new. */
  startup(agent: Agent): boolean;
  keepAlive(agent: Agent): boolean;
  /** Whether its last keep-alive told all that is known of the agent: what is new, or where each tells it. */
  tellsWhole(agent: Agent): boolean;
  /** A word before the end. */
  shutdown(agent: Agent): boolean;
  /** By id; who has none is not in it. */
  groups(): ReadonlyMap<number, readonly string[]>;
  /** As people and tools beside the cluster do. None: the assignment goes. */
  assign(agent: Pick<Enrolled, 'id' | 'name'>, groups: readonly string[]): void;
  /** Of whom it has anything but groups; as far as files tell only names, among these. */
  statuses(everybody: readonly Enrolled[]): readonly Pick<Enrolled, 'id' | 'name'>[];
}
