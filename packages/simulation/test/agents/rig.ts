/** The rig of workloads, with agents. */
import { hearReports, type Population, populationOf, type Report } from '../../src/agents/index.ts';
import type { AgentsPlan, Deed } from '../../src/plan/index.ts';
import { openRig, planWith, type Rig } from '../workload/rig.ts';

export interface AgentRig extends Rig {
  readonly agents: Population;
  readonly reports: readonly Report[];
}

export const agentsPlan: AgentsPlan = {
  count: 4,
  managers: { master: 'files', worker1: 'files', worker2: 'files' },
  authd: false,
  notifyMs: 1_000,
  disconnectMs: 10_000,
  alive: 1,
  grouped: 1,
};

/** Every worker has the master's client.keys, and the rig starts nobody by itself. */
export function openAgentRig(deeds: readonly Deed[] = [], changed: Partial<AgentsPlan> = {}): AgentRig {
  const plan = {
    ...planWith(deeds, { files: 5 }),
    agents: { ...agentsPlan, ...changed },
    starts: { worker1: 'copy', worker2: 'copy' },
  } as const;
  const rig = openRig(plan);
  const agents = populationOf(rig.world) as Population;
  const reports: Report[] = [];
  hearReports(rig.world, (report) => void reports.push(report));
  for (const node of rig.world.nodes) node.start();
  return { ...rig, agents, reports };
}

export const agentDeed = (kind: Deed['kind'], fields: object = {}, atMs = 2_000): Deed =>
  ({ id: 'a1', atMs, kind, ...fields }) as Deed;
