/** Adapter: agents for a cluster of tests: neighbours beside its nodes, and simulated agents that report to them. */
import type { AgentTimes } from '../agents/course.ts';
import { type AgentsProcess, startAgents } from '../agents-process.ts';
import { disagreement, type ShownAgent } from '../census.ts';
import { type NeighboursProcess, startNeighbours } from '../neighbours-process.ts';
import { type Cluster, type ClusterNode, patienceMs, until } from './cluster.ts';

export interface ClusterAgents {
  readonly agents: AgentsProcess;
  neighboursOf(node: ClusterNode): NeighboursProcess;
  /** As the master shows them. Rejects while it cannot be asked. */
  shown(): Promise<readonly ShownAgent[]>;
  /** Resolves when all agents report, and the master shows each once, where it reports. */
  agreed(withinMs?: number): Promise<void>;
  /** Ends all of them; the cluster stays. */
  close(): Promise<void>;
}

export interface ClusterAgentsOptions {
  readonly agents: number;
  readonly seed?: number;
  readonly times?: AgentTimes;
}

/** Quicker than in the product; but a server is not given up because the machine is busy. */
export const quickTimes: AgentTimes = { notifyMs: 1_000, reconnectMs: 3_000, answerMs: patienceMs, retryMs: 250 };

/** Milliseconds in which so many agents are to agree: each is work, of which a slow machine does one or two a second. */
export const agreeMs = (agents: number): number => patienceMs + agents * 1_000;

const graceMs = 20_000;

/** Starts neighbours for every node, and the agents. Nodes may run by then, or later. */
export async function openClusterAgents(
  { nodes, master }: Pick<Cluster, 'nodes' | 'master'>,
  { agents: count, seed = 1, times = quickTimes }: ClusterAgentsOptions,
): Promise<ClusterAgents> {
  const neighbours = await Promise.all(nodes.map((node) => startNeighbours(node, () => {})));
  const servers = neighbours.map(({ enrolPort, agentsPort }) => ({ host: '127.0.0.1', enrolPort, agentsPort }));
  const agents = startAgents({ agents: count, seed, servers, group: undefined, times });
  const shown = (): Promise<readonly ShownAgent[]> =>
    master.ask(async (client) => {
      const rows: ShownAgent[] = [];
      for await (const page of client.allAgents()) rows.push(...page.rows);
      return rows;
    });
  const problem = async (): Promise<string> => {
    const known = agents.states();
    if (known.length < count) return `${known.length} of ${count} agents have begun`;
    return disagreement(known, await shown());
  };
  return {
    agents,
    shown,
    neighboursOf: (node) => neighbours.find((each) => each.node.name === node.name)!,
    agreed: (withinMs = agreeMs(count)) =>
      until(
        `${count} agents report, and are shown where they do`,
        async () => {
          const found = await problem();
          // `until` tells the last error.
          if (found !== '') throw new Error(found);
          return true;
        },
        { withinMs, everyMs: 100 },
      ),
    close: async () => {
      await agents.stop(graceMs);
      await Promise.all(neighbours.map((each) => each.stop(graceMs)));
    },
  };
}
