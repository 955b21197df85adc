/** The lines of each node's client.keys: when they went, and which of them nobody may have read in time. */
import { type Enrolled, keysOf } from '../../agents/index.ts';
import { keysPath } from '../../workload/paths.ts';
import type { SimNode, World } from '../../world/world.ts';

export interface KeyLines {
  /** When the line with this id left the node's client.keys last; undefined: it is there, or never was. */
  goneAt(node: string, id: number): number | undefined;
  /**
   * The line with this key was there for a moment alone, or its id was given to another a moment after it went:
   * whoever reads the file meanwhile does not see one of the two.
   */
  wasMomentary(node: string, key: string): boolean;
}

/** A node reads at most so often: ms. */
const momentMs = 100;

interface Lines {
  readonly node: SimNode;
  there: ReadonlyMap<number, Enrolled>;
  /** By key. */
  readonly since: Map<string, number>;
  /** By id, the last that had it. */
  readonly gone: Map<number, { readonly key: string; readonly at: number }>;
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
      return lines?.there.has(id) === true ? undefined : lines?.gone.get(id)?.at;
    },
    wasMomentary: (node, key) => all.get(node)?.momentary.has(key) === true,
  };
}

function changed(lines: Lines, now: ReadonlyMap<number, Enrolled>, at: number): void {
  const { there, since, gone, momentary } = lines;
  const isMoment = (from = Number.NEGATIVE_INFINITY): boolean => at - from < momentMs;
  for (const [id, { key }] of there) {
    if (now.get(id)?.key === key) continue;
    gone.set(id, { key, at });
    if (isMoment(since.get(key))) momentary.add(key);
  }
  for (const [id, { key }] of now) {
    if (there.get(id)?.key === key) continue;
    since.set(key, at);
    momentary.delete(key);
    const before = gone.get(id);
    if (before !== undefined && before.key !== key && isMoment(before.at)) momentary.add(before.key);
  }
  lines.there = now;
}
