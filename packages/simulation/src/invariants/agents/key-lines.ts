/** The lines of each node's client.keys: whom its process can have known by them. */
import { keysOf } from '../../agents/index.ts';
import { keysPath } from '../../workload/paths.ts';
import type { SimNode, World } from '../../world/world.ts';

export interface KeyLines {
  /**
   * How long the node's process, as it is since its last start, could know by its client.keys who had this id, or this
   * name, until he went, ms. 0: not at all, or he is there.
   */
  knownMs(node: string, who: number | string): number;
}

interface Lines {
  readonly node: SimNode;
  /** Since when, by id and by name. */
  there: ReadonlyMap<number | string, number>;
  readonly gone: Map<number | string, { readonly from: number; readonly to: number }>;
  /** When a process of the node ended, or had started, last. */
  changedAt: number;
}

export function openKeyLines(world: World): KeyLines {
  const all = new Map(
    world.nodes.map((node): [string, Lines] => [
      node.name,
      { node, there: new Map(), gone: new Map(), changedAt: Number.NEGATIVE_INFINITY },
    ]),
  );
  world.hear.file(({ node, path, from }) => {
    const lines = all.get(node);
    if (lines === undefined || !(path.endsWith(keysPath) || from?.endsWith(keysPath) === true)) return;
    changed(lines, world.timeline.now());
  });
  world.hear.process(({ node, what }) => {
    const lines = all.get(node);
    if (lines !== undefined && what !== 'paused') lines.changedAt = world.timeline.now();
  });
  return {
    knownMs: (node, who) => {
      const { gone, changedAt } = all.get(node)!;
      const { from, to } = gone.get(who) ?? { from: 0, to: 0 };
      return Math.max(0, to - Math.max(from, changedAt));
    },
  };
}

function changed(lines: Lines, at: number): void {
  const { node, there, gone } = lines;
  const now = new Set<number | string>();
  for (const { id, name } of keysOf(node).values()) now.add(id).add(name);
  for (const [who, from] of there) if (!now.has(who)) gone.set(who, { from, to: at });
  for (const who of now) gone.delete(who);
  lines.there = new Map([...now].map((who) => [who, there.get(who) ?? at]));
}
