/** What managers learnt of each agent, in true simulated time. */
import { hearReports, type Report } from '../../agents/index.ts';
import type { World } from '../../world/world.ts';
import { type KeyLines, openKeyLines } from './key-lines.ts';

export interface Truth extends KeyLines {
  /** The newest report of the agent that has this key. */
  newest(key: string): Report | undefined;
  /** Whether every node could know which report is the newest: nobody else learnt anything of it shortly before, and nothing was lost where it was made. */
  isPlain(key: string): boolean;
  /**
   * Whether what was told then is sure to be known still: a database of 4.x forgets what it hands out, and whoever
   * dies with that in his hands, or whom the answer does not reach, has lost it.
   */
  isKept(report: Report): boolean;
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
  world.hear.process(({ node, what }) => {
    if (what !== 'started' && what !== 'paused') lose(node);
    if (what === 'power-lost') powerLost.set(node, world.timeline.now());
  });
  const reports = (key: string): readonly Report[] => all.get(key) ?? [];
  return {
    reports,
    ...openKeyLines(world),
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
