/** The proof of agents: each is shown once, where it reports, when its node died too; a removed one is gone everywhere. */
import { disagreement, type KnownAgent, type ShownAgent } from './census.ts';
import type { LabNode } from './layout.ts';
import type { Step } from './verify.ts';

/** What the verification needs of agents. */
export interface AgentsBench {
  /** Starts them, once. */
  readonly begin: () => void;
  /** How many they are to be. */
  readonly count: number;
  /** As they know themselves; fewer while they begin. */
  readonly known: () => readonly KnownAgent[];
  /** As the master shows them; undefined while it does not answer. */
  readonly shown: () => Promise<readonly ShownAgent[] | undefined>;
  /** SIGKILL for a node and for its neighbours. */
  readonly killAll: (node: LabNode) => void;
  /** On the master. */
  readonly remove: (id: number) => Promise<void>;
  /** What lies on a node that says that the agent exists. */
  readonly traces: (node: LabNode, agent: { readonly id: number; readonly name: string }) => Promise<readonly string[]>;
  /** Milliseconds in which agents report elsewhere. */
  readonly reconnectMs: number;
}

/** Milliseconds for a status on its way to the master, and for looking. */
const onTheWayMs = 1_000;

export function agentSteps(bench: AgentsBench, nodes: readonly LabNode[]): readonly Step[] {
  const dying = nodes.at(-1)!;
  let removed: { readonly id: number; readonly name: string } | undefined;
  let atDying: readonly KnownAgent[] = [];
  const present = async (): Promise<string> => {
    const known = bench.known();
    if (known.length < bench.count) return `${known.length} of ${bench.count} agents have begun`;
    return disagreement(known, await bench.shown());
  };
  return [
    {
      name: `${bench.count} agents enrol, and are shown where they report`,
      goalMs: 10_000,
      paths: [],
      act: async () => bench.begin(),
      also: present,
    },
    {
      name: 'kill -9 of a worker and its neighbours: its agents report elsewhere',
      goalMs: bench.reconnectMs + onTheWayMs,
      paths: [],
      act: async () => {
        atDying = bench.known().filter(({ node }) => node === dying.name);
        bench.killAll(dying);
      },
      also: async () => stillAt(atDying, bench.known()) || (await present()),
    },
    {
      name: 'an agent removed on the master',
      goalMs: 2_000,
      paths: [],
      act: async () => {
        removed = bench.known().find((agent): agent is KnownAgent & { id: number } => agent.id !== undefined);
        if (removed === undefined) throw new Error('no agent has enrolled');
        await bench.remove(removed.id);
      },
      also: async () => (removed === undefined ? '' : await remains(bench, nodes, removed)),
    },
  ];
}

/** Those that have not lost the connection that they had `before`. Where they connect then is theirs: on a slow machine the dead one is back by then. */
function stillAt(before: readonly KnownAgent[], known: readonly KnownAgent[]): string {
  const losses = new Map(known.map((agent) => [agent.name, agent.losses]));
  const there = before.filter((agent) => losses.get(agent.name) === agent.losses);
  return there.length === 0 ? '' : `${there.length} agents still report to ${there[0]!.node}, as ${there[0]!.name}`;
}

async function remains(
  bench: AgentsBench,
  nodes: readonly LabNode[],
  agent: { readonly id: number; readonly name: string },
): Promise<string> {
  for (const node of nodes) {
    const [trace] = await bench.traces(node, agent);
    if (trace !== undefined) return `${node.name}: ${trace} still knows ${agent.name}`;
  }
  const shown = await bench.shown();
  if (shown === undefined) return 'the master does not answer';
  return shown.some(({ id }) => id === agent.id) ? `the master still shows ${agent.name}` : '';
}
