/** What the master shows of an agent never goes back to what another node heard of it earlier. */
import { keysOf, populationOf } from '../../agents/index.ts';
import type { World } from '../../world/world.ts';
import { seconds } from '../contents.ts';
import { agentsOf } from './view.ts';

export interface Newest {
  sampled(): void;
}

interface Shown {
  readonly key: string | undefined;
  readonly node: string;
  readonly seenAt: number;
}

/** Between two views of one agent: offsets of clocks that are measured anew, on a network that was slow meanwhile. */
const toleranceMs = 7_000;
/** More agents are not looked at every time. */
const mostAgents = 50;

export function openNewest(world: World): Newest {
  const { master, timeline, violate } = world;
  let shown = new Map<number, Shown>();
  master.store.hear(() => shown.clear());
  const look = async (): Promise<void> => {
    const rows = await agentsOf(master);
    if (rows === undefined || typeof rows === 'string') return;
    const keys = keysOf(master);
    const next = new Map<number, Shown>();
    for (const { id, node, seenAgoMs } of rows) {
      if (node === undefined || node === '' || seenAgoMs === undefined) continue;
      const now: Shown = { key: keys.get(id)?.key, node, seenAt: timeline.now() - seenAgoMs };
      const before = shown.get(id);
      next.set(id, now);
      if (before === undefined || before.key !== now.key || before.node === node) continue;
      if (now.seenAt < before.seenAt - toleranceMs)
        violate(
          'newest-wins',
          `the master shows agent ${id} at ${node}, heard at ${seconds(Math.max(0, now.seenAt))}; before that it showed it at ${before.node}, heard at ${seconds(before.seenAt)}`,
        );
    }
    shown = next;
  };
  return {
    sampled: () => {
      const population = populationOf(world);
      if (population === undefined || population.plan.count > mostAgents || population.clocksMove) return;
      if (master.running() !== undefined) void look();
    },
  };
}
