/** Sessions are ended only where there are too many, and nobody's twice for one plan. */

import type { LogLine } from '../../happenings.ts';
import { crowdOf } from '../../haproxy/crowd.ts';
import type { HaproxyEvent } from '../../haproxy/machine.ts';
import { isUsable, type ModelServer } from '../../haproxy/server.ts';
import type { World } from '../../world/world.ts';
import type { Calm } from './calm.ts';

export interface Cuts {
  log(line: LogLine): void;
}

/** Cuts that are no further apart belong together, ms. */
const togetherMs = 2_000;
/** What a plan was made from is not older, ms. */
const memoryMs = 5_000;

/** Cuts that follow each other. */
interface Burst {
  /** On servers that took agents when it began. */
  readonly total: number;
  lastAt: number;
}

/** Down, and nobody looks any more whether it is: that it takes nobody is not to be seen. */
const isUnchecked = ({ admin, checks }: ModelServer): boolean => admin === 'ready' && checks?.enabled !== true;

export function openCuts(world: World, calm: Calm): Cuts {
  const { haproxy, timeline, violate } = world;
  const cutInPlan = new Set<string>();
  /** When each server took agents last. */
  const took = new Map<string, number>();
  /** When agents left a server by themselves. */
  let left: { readonly server: string; readonly at: number }[] = [];
  let burst: Burst | undefined;
  let listening = false;
  const listen = (): void => {
    if (listening) return;
    listening = true;
    crowdOf(world)?.hear((event) => {
      if (event.what === 'left') left = [...recent(left), { server: event.server, at: timeline.now() }];
    });
  };
  const recent = (list: typeof left): typeof left => list.filter(({ at }) => timeline.now() - at < memoryMs);
  const weightOf = (name: string): number => crowdOf(world)?.plan.weights[name] ?? 100;
  const takers = (): readonly ModelServer[] => (haproxy.process()?.servers() ?? []).filter(isUsable);
  const note = (): void => {
    for (const server of haproxy.process()?.servers() ?? [])
      if (isUsable(server) || isUnchecked(server)) took.set(server.name, timeline.now());
  };
  const judgeTwice = (source: string): void => {
    const agent = crowdOf(world)?.of(source);
    if (agent === undefined) return;
    if (cutInPlan.has(agent.name))
      violate('no-agent-cut-twice', `${agent.name} was cut twice for one plan, the second time from ${source}`);
    cutInPlan.add(agent.name);
  };
  const judgeTarget = ({ server, left: stay }: Extract<HaproxyEvent, { what: 'cut' }>): void => {
    const now = timeline.now();
    const takes = takers();
    const isTaking = takes.some(({ name }) => name === server);
    if (burst === undefined || now - burst.lastAt > togetherMs) {
      const total = takes.reduce((sum, { sessions }) => sum + sessions, isTaking ? 1 : 0);
      burst = { total, lastAt: now };
    }
    burst.lastAt = now;
    if (!isTaking || now - calm.editedAt() < memoryMs) return;
    const all = [...took].filter(([, at]) => now - at < memoryMs).reduce((sum, [name]) => sum + weightOf(name), 0);
    const target = Math.floor((burst.total * weightOf(server)) / all);
    const went = recent(left).filter((one) => one.server === server).length;
    if (stay < target - went)
      violate(
        'no-cut-below-target',
        `a session on ${server} was ended, and ${stay} are left there; of ${burst.total} its share is ${target}`,
      );
  };
  haproxy.hear((event) => {
    listen();
    if (event.what === 'asked') note();
    if (event.what !== 'cut' || !world.nodes.some(({ name }) => name === event.by)) return;
    judgeTwice(event.source);
    judgeTarget(event);
  });
  return {
    log: ({ node, text }) => {
      if (node !== world.master.name) return;
      if (text.startsWith('Agent imbalance detected')) cutInPlan.clear();
      // A balancer that begins knows nothing of those who are on their way back.
      if (text.startsWith('Proxy was initialized')) burst = undefined;
    },
  };
}
