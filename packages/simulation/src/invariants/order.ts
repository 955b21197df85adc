/** Since when a machine has been in order: its process runs, does not stand still, and its disk does what it is asked. */
import type { LogLine, ProcessChange } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';

export interface Order {
  /** Called every few seconds: a trouble between two calls is over when it is seen. */
  sampled(): void;
  log(line: LogLine): void;
  process(change: ProcessChange): void;
  /** ms; `Infinity`: it is not. */
  since(node: string): number;
  /** Whether its system had no more watches since its process started. */
  polls(node: string): boolean;
}

/** Of one call to a disk, ms: one that takes longer is out of order. */
const slowMs = 100;

export function openOrder(world: World): Order {
  const { timeline } = world;
  const since = new Map(world.nodes.map(({ name }) => [name, Number.POSITIVE_INFINITY]));
  const polling = new Set<string>();
  const isTroubled = ({ files: { faults } }: SimNode): boolean =>
    faults.failures.length > 0 || faults.freeBytes !== undefined || faults.latency.maxMs > slowMs;
  return {
    sampled: () => {
      for (const node of world.nodes) {
        const now = timeline.now();
        if (node.running() === undefined) since.set(node.name, Number.POSITIVE_INFINITY);
        else if (isTroubled(node)) since.set(node.name, now);
        const still = node.host()?.pausedUntil() ?? 0;
        if (still > since.get(node.name)!) since.set(node.name, still);
      }
    },
    log: ({ node, text }) => {
      if (text.includes('Until the next start changes are looked for every')) polling.add(node);
      // Whatever it was, the node itself could not do it.
      if (/E(?:IO|NOSPC|ACCES)\b/.test(text) && since.has(node))
        since.set(node, Math.max(since.get(node)!, timeline.now()));
    },
    process: ({ node, what }) => {
      if (!since.has(node)) return;
      if (what === 'started') polling.delete(node);
      since.set(node, what === 'started' ? timeline.now() : Number.POSITIVE_INFINITY);
      if (what === 'paused') since.set(node, timeline.now());
    },
    since: (node) => since.get(node) ?? Number.POSITIVE_INFINITY,
    polls: (node) => polling.has(node),
  };
}
