/** What managers learnt of each agent, in true simulated time. */
import { hearReports, keysOf, type Report } from '../../agents/index.ts';
import { keysPath } from '../../workload/paths.ts';
import type { World } from '../../world/world.ts';

export interface Truth {
  /** The newest report of the agent that has this key. */
  newest(key: string): Report | undefined;
  /** Whether every node could know which report is the newest: nobody else learnt anything of it shortly before, and nothing was lost where it was made. */
  isPlain(key: string): boolean;
  /**
   * Whether what was told then is sure to be known still: a database of 4.x forgets what it hands out, and whoever
   * dies with that in his hands, or whom the answer does not reach, has lost it.
   */
  isKept(report: Report): boolean;
  /** Whether the node's process, as it is since its last start, can have known the agent by its client.keys, and seen it go. */
  wasKnown(node: string, id: number): boolean;
  /** The newest that told all of the agent to the node. */
  whole(key: string, node: string): Report | undefined;
  /** Every report, newest last; at most the last `kept`. */
  reports(key: string): readonly Report[];
}

const kept = 200;
/** So long after it was told it is remembered at the latest, ms. */
const rememberedMs = 60_000;
/** Clocks of two nodes are compared as well as a slow network lets them, ms. */
const apartMs = 10_000;
/** A line that is there for less may be gone before it is read: the file is looked at every 5 s where no watch tells, on a disk that may be slow. */
const readMs = 15_000;

export function openTruth(world: World): Truth {
  const all = new Map<string, Report[]>();
  /** When a node's power went last. */
  const powerLost = new Map<string, number>();
  /** When a process of the node ended, or the database's answer was not what it had to be. */
  const losses = new Map<string, number[]>();
  hearReports(world, (report) => {
    const own = all.get(report.key) ?? [];
    all.set(report.key, own);
    own.push(report);
    if (own.length > kept) own.shift();
  });
  const lose = (node: string): void => {
    const own = losses.get(node) ?? [];
    losses.set(node, own);
    own.push(world.timeline.now());
  };
  for (const node of world.nodes)
    node.neighbours.hear(({ name, how }) => {
      if (name === 'wdb-http' && how !== 'answered') lose(node.name);
    });
  const changed = new Map<string, number>();
  /** Of each node's client.keys: since when what is there is, and from when to when what was there was. */
  const lines = new Map(
    world.nodes.map((node) => [
      node.name,
      { node, there: new Map<number, number>(), gone: new Map<number, readonly [from: number, to: number]>() },
    ]),
  );
  world.hear.file((change) => {
    const own = lines.get(change.node);
    if (own === undefined || !(change.path.endsWith(keysPath) || change.from?.endsWith(keysPath) === true)) return;
    const now = world.timeline.now();
    const ids = new Set(keysOf(own.node).keys());
    for (const [id, from] of own.there) if (!ids.has(id)) own.gone.set(id, [from, now]);
    for (const id of ids) own.gone.delete(id);
    own.there = new Map([...ids].map((id) => [id, own.there.get(id) ?? now]));
  });
  world.hear.process(({ node, what }) => {
    if (what !== 'paused') changed.set(node, world.timeline.now());
    if (what !== 'started' && what !== 'paused') lose(node);
    if (what === 'power-lost') powerLost.set(node, world.timeline.now());
  });
  const reports = (key: string): readonly Report[] => all.get(key) ?? [];
  return {
    reports,
    wasKnown: (node, id) => {
      const [from, to] = lines.get(node)?.gone.get(id) ?? [0, -1];
      return to - Math.max(from, changed.get(node) ?? 0) >= readMs;
    },
    isKept: ({ node, at }) => (losses.get(node) ?? []).every((lostAt) => lostAt < at || lostAt > at + rememberedMs),
    whole: (key, node) => reports(key).findLast((report) => report.node === node && report.whole === true),
    newest: (key) => reports(key).at(-1),
    isPlain: (key) => {
      const newest = reports(key).at(-1);
      if (newest === undefined) return false;
      const other = reports(key).findLast(({ node }) => node !== newest.node);
      if (other !== undefined && newest.at - other.at < apartMs) return false;
      return (powerLost.get(newest.node) ?? -1) < newest.at;
    },
  };
}
