/** Adapter: many simulated agents in one process. */
import { setMaxListeners } from 'node:events';
import { type AgentState, liveAgent } from './agent.ts';
import type { FleetOptions } from './arguments.ts';
import { planAgents } from './plan.ts';

export interface Fleet {
  /** Of all agents, in the order of their numbers. */
  states(): readonly AgentState[];
  /** Every agent says goodbye. Resolves when all have. */
  stop(): Promise<void>;
}

/** Agents that enrol at the same time. */
const enrolAtOnce = 8;

/** Starts all agents; `changed` is called at each change of one. */
export function startFleet(options: FleetOptions, changed: (state: AgentState) => void): Fleet {
  const over = new AbortController();
  // Each agent waits for it.
  setMaxListeners(0, over.signal);
  const inTurn = turns(enrolAtOnce);
  const plans = planAgents({
    seed: options.seed,
    agents: options.agents,
    servers: options.servers.length,
    ...(options.group === undefined ? {} : { group: options.group }),
  });
  const states = new Map<string, AgentState>();
  const deps = {
    servers: options.servers,
    times: options.times,
    inTurn,
    changed: (state: AgentState) => {
      states.set(state.name, state);
      changed(state);
    },
  };
  const lives = plans.map((plan) => liveAgent(plan, deps, over.signal));
  return {
    states: () => [...states.values()],
    stop: async () => {
      over.abort();
      await Promise.all(lives);
    },
  };
}

/** At most `places` works run at once; the others wait in the order of their coming. */
export function turns(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = places;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => queue.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
