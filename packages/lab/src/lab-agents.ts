/** Adapter: the agents of the lab: neighbours beside every node, and one process of simulated agents. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentServer } from './agents/server.ts';
import { type AgentsProcess, startAgents } from './agents-process.ts';
import type { KnownAgent } from './census.ts';
import type { LabNode } from './layout.ts';
import { type NeighboursProcess, startNeighbours } from './neighbours-process.ts';

/** Quicker than in the product, so that there is something to see; but a server that is slow, as its whole machine may be, is not given up. */
export const labTimes = { notifyMs: 2_000, reconnectMs: 4_000, answerMs: 60_000, retryMs: 500 };

/** Milliseconds after which neighbours that were killed are started again: their agents are elsewhere by then. */
const restartMs = 10_000;

export interface LabAgents {
  readonly count: number;
  /** Where the neighbours of each node listen, by its name. */
  readonly ports: ReadonlyMap<string, Pick<AgentServer, 'enrolPort' | 'agentsPort'>>;
  /** Starts the agents, once. With `through` they know that server alone, else every node. */
  begin(through?: AgentServer): void;
  known(): readonly KnownAgent[];
  /** SIGKILL for the neighbours of `node`. They are started again by and by. */
  kill(node: LabNode): void;
  stop(graceMs: number): Promise<void>;
}

export interface LabAgentsSettings {
  /** At least 1. */
  readonly agents: number;
  /** Every tenth agent asks for it. */
  readonly group: string | undefined;
  readonly event: (text: string) => void;
}

/** Resolves when the neighbours of all nodes listen. */
export async function openLabAgents(nodes: readonly LabNode[], settings: LabAgentsSettings): Promise<LabAgents> {
  const stopped = new AbortController();
  const started = await Promise.allSettled(nodes.map((node) => startNeighbours(node, () => {})));
  const neighbours = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failure = started.find((each) => each.status === 'rejected');
  if (failure !== undefined) {
    await Promise.all(neighbours.map((each) => each.stop(0)));
    throw failure.reason;
  }
  const kept = neighbours.map((each) => keepUp(each, settings.event, stopped.signal));
  let fleet: AgentsProcess | undefined;
  return {
    count: settings.agents,
    ports: new Map(neighbours.map(({ node, enrolPort, agentsPort }) => [node.name, { enrolPort, agentsPort }])),
    begin: (through) => {
      const all = neighbours.map(({ enrolPort, agentsPort }) => ({ host: '127.0.0.1', enrolPort, agentsPort }));
      const servers = through === undefined ? all : [through];
      fleet ??= startAgents({ agents: settings.agents, seed: 1, servers, group: settings.group, times: labTimes });
    },
    known: () => fleet?.states() ?? [],
    kill: (node) => neighbours.find((each) => each.node === node)?.kill('SIGKILL'),
    stop: async (graceMs) => {
      stopped.abort();
      await fleet?.stop(graceMs);
      await Promise.all(neighbours.map((each) => each.stop(graceMs)));
      await Promise.all(kept);
    },
  };
}

/** Starts them again whenever they ended unasked. */
async function keepUp(
  neighbours: NeighboursProcess,
  event: (text: string) => void,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    await neighbours.ended();
    if (stopped.aborted) return;
    event(`The neighbours of ${neighbours.node.name} ended; they are started again in ${restartMs / 1_000} s`);
    await pause(restartMs, undefined, { signal: stopped }).catch(() => {});
    if (stopped.aborted) return;
    await neighbours.restart().catch((error: Error) => (stopped.aborted ? undefined : event(error.message)));
  }
}
