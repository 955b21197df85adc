/** What managers learnt of each agent, in true simulated time. */
import { hearReports, type Report } from '../../agents/index.ts';
import type { World } from '../../world/world.ts';

export interface Truth {
  /** The newest report of the agent. */
  newest(id: number): Report | undefined;
  /** Whether every node could know which report is the newest: nobody else learnt anything of it shortly before, and nothing was lost where it was made. */
  isPlain(id: number): boolean;
  /** Every report, newest last; at most the last `kept`. */
  reports(id: number): readonly Report[];
}

const kept = 200;
/** Clocks of two nodes are compared as well as a slow network lets them, ms. */
const apartMs = 10_000;

export function openTruth(world: World): Truth {
  const all = new Map<number, Report[]>();
  /** When a node's power went last. */
  const powerLost = new Map<string, number>();
  hearReports(world, (report) => {
    const own = all.get(report.id) ?? [];
    all.set(report.id, own);
    own.push(report);
    if (own.length > kept) own.shift();
  });
  world.hear.process(({ node, what }) => {
    if (what === 'power-lost') powerLost.set(node, world.timeline.now());
  });
  const reports = (id: number): readonly Report[] => all.get(id) ?? [];
  return {
    reports,
    newest: (id) => reports(id).at(-1),
    isPlain: (id) => {
      const newest = reports(id).at(-1);
      if (newest === undefined) return false;
      const other = reports(id).findLast(({ node }) => node !== newest.node);
      if (other !== undefined && newest.at - other.at < apartMs) return false;
      return (powerLost.get(newest.node) ?? -1) < newest.at;
    },
  };
}
