/** Adapter: the process of the simulated agents, and what it says of them. */
import { fileURLToPath } from 'node:url';
import type { AgentState } from './agents/agent.ts';
import type { FleetOptions } from './agents/arguments.ts';
import { startHelper } from './helper-process.ts';

export interface AgentsProcess {
  readonly pid: number | undefined;
  /** As last told. */
  states(): readonly AgentState[];
  kill(signal: NodeJS.Signals): void;
  readonly gone: Promise<string>;
  /** Has every agent say goodbye. */
  stop(graceMs: number): Promise<void>;
}

const program = fileURLToPath(new URL('../dist/agents/main.js', import.meta.url));

export function startAgents(options: FleetOptions): AgentsProcess {
  const states = new Map<string, AgentState>();
  const helper = startHelper(program, fleetWords(options), (value) => {
    const state = value as AgentState;
    states.set(state.name, state);
  });
  const { pid, kill, gone, stop } = helper;
  return { pid, kill, gone, stop, states: () => [...states.values()] };
}

const fleetWords = ({ agents, seed, servers, group, times }: FleetOptions): readonly string[] => [
  ...['--agents', `${agents}`, '--seed', `${seed}`],
  ...servers.flatMap(({ host, enrolPort, agentsPort }) => ['--server', `${host}:${enrolPort}:${agentsPort}`]),
  ...(group === undefined ? [] : ['--group', group]),
  ...['--notify', `${times.notifyMs}ms`, '--reconnect', `${times.reconnectMs}ms`],
  ...['--answer', `${times.answerMs}ms`, '--retry', `${times.retryMs}ms`],
];
