/** Sessions are ended only where there are too many, and nobody's twice for one plan. */

import type { LogLine, ProcessChange } from '../../happenings.ts';
import { crowdOf } from '../../haproxy/crowd.ts';
import type { HaproxyEvent } from '../../haproxy/machine.ts';
import { isUsable, type ModelServer } from '../../haproxy/server.ts';
import { stayingOn } from '../../haproxy/sessions.ts';
import type { World } from '../../world/world.ts';
import type { Calm } from './calm.ts';

export interface Cuts {
  process(change: ProcessChange): void;
  log(line: LogLine): void;
}

/** What a plan was made from is not older, ms. */
const memoryMs = 5_000;

/** Moving agents, as the balancer began it. */
interface Moving {
  /** Agents on servers that took them: when it was planned, or at the first cut if there were fewer then. */
  total: number;
  /** Something was ended. */
  isBegun: boolean;
  /** By name, as HAProxy had them: of servers whose node was not up since the master's process began. */
  strange: ReadonlyMap<string, number>;
  /** Of the servers that took agents: the most. */
  weights: number;
}

/** What the master knew goes with its process. */
const ends: ReadonlySet<ProcessChange['what']> = new Set([
  'killed',
  'power-lost',
  'stopped',
  'gave-up',
  'start-failed',
]);

/** Down, and nobody looks any more whether it is: that it takes nobody is not to be seen. */
const isUnchecked = ({ admin, checks }: ModelServer): boolean => admin === 'ready' && checks?.enabled !== true;

export function openCuts(world: World, calm: Calm): Cuts {
  const { haproxy, timeline, violate } = world;
  const cutInPlan = new Set<string>();
  /** When each server took agents last. */
  const took = new Map<string, number>();
  /** Agents that left each server since it was planned, and were not cut. */
  const left = new Map<string, number>();
  /**
   * Nodes that were up since the master's process began. Servers of others keep the weight that they have: it mends none
   * for a node that it has not seen, and HAProxy places agents by it.
   */
  const known = new Set<string>();
  let moving: Moving | undefined;
  let listening = false;
  const listen = (): void => {
    const crowd = listening ? undefined : crowdOf(world);
    if (crowd === undefined) return;
    listening = true;
    crowd.hear((event) => {
      if (event.what === 'left') left.set(event.server, (left.get(event.server) ?? 0) + 1);
    });
  };
  const isKnown = (name: string): boolean => name === world.master.name || known.has(name);
  const strangeNow = (): Moving['strange'] =>
    new Map(
      (haproxy.process()?.servers() ?? []).flatMap(({ name, weight }) =>
        isKnown(name) ? [] : [[name, Math.max(1, weight)] as const],
      ),
    );
  const weightOf = (name: string, strange: Moving['strange']): number =>
    strange.get(name) ?? crowdOf(world)?.plan.weights[name] ?? 100;
  const takers = (): readonly ModelServer[] => (haproxy.process()?.servers() ?? []).filter(isUsable);
  const note = (): void => {
    for (const server of haproxy.process()?.servers() ?? [])
      if (isUsable(server) || isUnchecked(server)) took.set(server.name, timeline.now());
  };
  const weightsNow = (strange: Moving['strange']): number =>
    sum(
      [...took].filter(([, at]) => timeline.now() - at < memoryMs),
      ([name]) => weightOf(name, strange),
    );
  const staying = ({ name }: ModelServer): number => stayingOn(haproxy.process()?.sessions() ?? [], name);
  const ending = (name: string): number =>
    (haproxy.process()?.sessions() ?? []).filter((one) => one.ending && one.server.name === name).length;
  const judgeTwice = (source: string): void => {
    const agent = crowdOf(world)?.of(source);
    if (agent === undefined) return;
    if (cutInPlan.has(agent.name))
      violate('no-agent-cut-twice', `${agent.name} was cut twice for one plan, the second time from ${source}`);
    cutInPlan.add(agent.name);
  };
  const judgeTarget = ({ server, left: stay }: Extract<HaproxyEvent, { what: 'cut' }>): void => {
    const takes = takers();
    const isTaking = takes.some(({ name }) => name === server);
    if (moving === undefined || !isTaking || timeline.now() - calm.editedAt() < memoryMs) return;
    if (!moving.isBegun) moving.total = Math.min(moving.total, sum(takes, staying) + 1);
    moving.isBegun = true;
    moving.weights = Math.max(moving.weights, weightsNow(moving.strange));
    const target = Math.floor((moving.total * weightOf(server, moving.strange)) / moving.weights);
    if (stay < target - (left.get(server) ?? 0) - ending(server))
      violate(
        'no-cut-below-target',
        `a session on ${server} was ended, and ${stay} are left there; of ${moving.total} its share is ${target}`,
      );
  };
  haproxy.hear((event) => {
    listen();
    if (event.what === 'asked') note();
    if (event.what !== 'cut' || !world.nodes.some(({ name }) => name === event.by)) return;
    // It leaves in a moment, and is counted then.
    left.set(event.server, (left.get(event.server) ?? 0) - 1);
    judgeTwice(event.source);
    judgeTarget(event);
  });
  return {
    process: ({ node, what }) => {
      if (node === world.master.name && ends.has(what)) known.clear();
    },
    log: ({ node, text }) => {
      if (node !== world.master.name) return;
      const [, up] = /^(\S+) is up: /.exec(text) ?? [];
      if (up !== undefined) known.add(up);
      const [, planned] = /^Agent imbalance detected\. Moving \d+ of (\d+) agent/.exec(text) ?? [];
      if (planned === undefined) return;
      cutInPlan.clear();
      left.clear();
      for (const { name } of haproxy.process()?.servers() ?? []) left.set(name, -ending(name));
      const strange = strangeNow();
      moving = { total: Number(planned), weights: weightsNow(strange), strange, isBegun: false };
    },
  };
}

const sum = <T>(list: readonly T[], of: (one: T) => number): number => list.reduce((all, one) => all + of(one), 0);
