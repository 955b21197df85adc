/** What becomes of processes, and of the clocks beside them. */
import type { ProcessChange } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';
import type { Met } from './met.ts';

export interface ProcessStories {
  process(change: ProcessChange): void;
  /** Some line was logged: as good a time as any to look at the clocks. */
  log(): void;
}

/** More than a clock that drifts loses between two looks, ms. */
const jumpMs = 1_000;

export function processStories({ nodes, timeline }: World, met: Met): ProcessStories {
  const running = new Set<string>();
  const offsets = new Map<SimNode, number>();
  let jumped = false;
  const look = (node: SimNode): void => {
    const offset = node.wall.now() - timeline.now();
    const before = offsets.get(node);
    offsets.set(node, offset);
    if (before === undefined || offset > before - jumpMs) return;
    jumped = true;
    met('wall clock jumped back');
  };
  return {
    process: ({ node, what }) => {
      if (what === 'started') running.add(node);
      else if (what === 'killed' || what === 'power-lost') {
        if (!running.delete(node)) met('killed while starting');
      } else if (what === 'stopped') running.delete(node);
      else if (what === 'paused') met('process paused');
      else if (what === 'start-failed') met('start failed');
      else if (what === 'gave-up') {
        running.delete(node);
        met('restart budget spent');
      }
    },
    log: () => {
      if (!jumped) for (const node of nodes) look(node);
    },
  };
}
