/** The manager beside a node: its remoted, which agents report to, and what it remembers. It outlives Muster's process. */
import type { Agent, Enrolled } from './agent.ts';

export interface ManagerBeside {
  readonly kind: 'files' | 'wazuh-db';
  /** It forgets nothing of the agent; what it knew before may stay: false says that it learnt nothing new. */
  startup(agent: Agent): boolean;
  keepAlive(agent: Agent): boolean;
  /** A word before the end. */
  shutdown(agent: Agent): boolean;
  /** By id; who has none is not in it. */
  groups(): ReadonlyMap<number, readonly string[]>;
  /** As people and tools beside the cluster do. None: the assignment goes. */
  assign(agent: Pick<Enrolled, 'id' | 'name'>, groups: readonly string[]): void;
  /** Of whom among these it has anything but groups. */
  ids(everybody: readonly Enrolled[]): ReadonlySet<number>;
}
