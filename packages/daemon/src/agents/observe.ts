/** Between the manager beside us, which dates by the wall clock, and our actors, which go by node time. */
import type { Observed } from '@muster/agent-info';
import type { Manager, SeenAgent } from '@muster/manager';
import type { AgentUpdate } from '@muster/protocol';
import { atNodeTime, type NodeTime } from './node-time.ts';

/** The two clocks that are read together. */
export interface Clocks {
  readonly nodeTime: NodeTime;
  readonly wallNow: () => number;
}

/** What the manager has seen, dated by node time. */
export const observeOf =
  (manager: Manager, clocks: Clocks) =>
  async (signal: AbortSignal): Promise<Observed> => {
    const { agents, faults, remembered, more } = await manager.seen(signal);
    const [wall, now] = [clocks.wallNow(), clocks.nodeTime()];
    return { updates: agents.map((agent) => updateOf(agent, wall, now)), faults, remembered, more };
  };

const updateOf = (agent: SeenAgent, wall: number, now: number): Omit<AgentUpdate, 'revision'> => ({
  ...agent,
  seenMs: atNodeTime(agent.seenMs, wall, now),
  disconnectedMs: atNodeTime(agent.disconnectedMs, wall, now),
});
