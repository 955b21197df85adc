/** The lines of each node's client.keys: when they went, and which of them nobody may have read in time. */
import { type Enrolled, keysOf } from '../../agents/index.ts';
import { keysPath } from '../../workload/paths.ts';
import type { SimNode, World } from '../../world/world.ts';

export interface KeyLines {
  /** When the line with this id left the node's client.keys last; undefined: it is there, or never was. */
  goneAt(node: string, id: number): number | undefined;
  /** The line with this key was there for a moment alone: nobody may have read it. */
  wasMomentary(node: string, key: string): boolean;
}

/** A node reads at most so often: ms. */
const momentMs = 100;

interface Lines {
  readonly node: SimNode;
  there: ReadonlyMap<number, Enrolled>;
  /** By key. */
  readonly since: Map<string, number>;
  /** By id, when its last line went. */
  readonly gone: Map<number, number>;
  /** Keys. */
  readonly momentary: Set<string>;
}

export function openKeyLines(world: World): KeyLines {
  const all = new Map(
    world.nodes.map((node): [string, Lines] => [
      node.name,
      { node, there: new Map(), since: new Map(), gone: new Map(), momentary: new Set() },
    ]),
  );
  world.hear.file(({ node, path, from }) => {
    const lines = all.get(node);
    if (lines === undefined || !(path.endsWith(keysPath) || from?.endsWith(keysPath) === true)) return;
    changed(lines, keysOf(lines.node), world.timeline.now());
  });
  return {
    goneAt: (node, id) => {
      const lines = all.get(node);
      return lines?.there.has(id) === true ? undefined : lines?.gone.get(id);
    },
    wasMomentary: (node, key) => all.get(node)?.momentary.has(key) === true,
  };
}

function changed(lines: Lines, now: ReadonlyMap<number, Enrolled>, at: number): void {
  const { there, since, gone, momentary } = lines;
  const isMoment = (from = Number.NEGATIVE_INFINITY): boolean => at - from < momentMs;
  for (const [id, { key }] of there) {
    if (now.get(id)?.key === key) continue;
    gone.set(id, at);
    if (isMoment(since.get(key))) momentary.add(key);
  }
  for (const [id, { key }] of now) {
    if (there.get(id)?.key === key) continue;
    since.set(key, at);
    momentary.delete(key);
  }
  lines.there = now;
}
