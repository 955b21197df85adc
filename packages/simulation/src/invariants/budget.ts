/** A supervisor restarts no more often than its budget grants. */
import type { LogLine, ProcessChange } from '../happenings.ts';
import type { World } from '../world/world.ts';
import { rowOf } from './rows.ts';

export interface Budget {
  log(line: LogLine): void;
  process(change: ProcessChange): void;
}

const restarted = /^(\S+) crashed: .*\. It is restarted\.$/s;

export function openBudget(world: World): Budget {
  const nodes = new Map(world.nodes.map((node) => [node.name, node]));
  /** When each supervisor granted a restart, by node and by its path. */
  const grants = new Map<string, Map<string, number[]>>();
  return {
    log: ({ node, text }) => {
      const path = text.endsWith(' It is restarted.') ? restarted.exec(text)?.[1] : undefined;
      const limit = nodes.get(node)?.config()?.muster.restarts;
      if (path === undefined || limit === undefined || path.startsWith('/probes')) return;
      const parent = path.slice(0, path.lastIndexOf('/'));
      const rows = rowOf(grants, node, () => new Map<string, number[]>());
      const now = world.timeline.now();
      const times = (rows.get(parent) ?? []).filter((at) => now - at < limit.withinMs - 1);
      times.push(now);
      rows.set(parent, times);
      if (times.length <= limit.max) return;
      const who = parent === '' ? 'the root' : parent;
      world.violate(
        'restart-budget',
        `${who} of ${node} granted ${times.length} restarts within ${limit.withinMs} ms, allowed are ${limit.max}`,
      );
    },
    process: ({ node, what }) => {
      if (what !== 'paused' && what !== 'stopping') grants.delete(node);
    },
  };
}
