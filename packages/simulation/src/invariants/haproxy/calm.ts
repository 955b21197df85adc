/** Since when nothing is wrong between the master and HAProxy: what it asks for then comes about. */

import type { ProcessChange } from '../../happenings.ts';
import { byHand } from '../../haproxy/do-haproxy-deed.ts';
import { agentPortsOf } from '../../haproxy/lay-haproxy.ts';
import type { World } from '../../world/world.ts';

export interface Calm {
  process(change: ProcessChange): void;
  /** At each look. */
  sampled(): void;
  /** Whether all was well, on this node too, for longer than any rest after a failure. */
  isLong(node: string): boolean;
  /** When somebody changed something beside the cluster last; -1: never. */
  editedAt(): number;
}

/** Rests after failures grow to half a minute; then come a look, checks of health, and a slow answer. */
const longMs = 45_000;

export function openCalm(world: World): Calm {
  const { haproxy, timeline, master } = world;
  let troubleAt = 0;
  let edited = -1;
  const away = new Map<string, number>();
  const trouble = (): void => {
    troubleAt = timeline.now();
  };
  haproxy.hear((event) => {
    if (event.what === 'started' || event.what === 'ended') trouble();
    if (event.what !== 'asked' || event.by !== byHand) return;
    edited = timeline.now();
    trouble();
  });
  const look = (): void => {
    if (haproxy.away.length > 0 || haproxy.faults.length > 0 || haproxy.process() === undefined) trouble();
    for (const { name } of world.nodes) if (agentPortsOf(world)?.isUp(name) !== true) away.set(name, timeline.now());
  };
  return {
    process: ({ node }) => {
      if (node === master.name) trouble();
      look();
    },
    sampled: look,
    isLong: (node) => {
      look();
      if (master.running() === undefined) return false;
      const since = Math.max(troubleAt, away.get(node) ?? 0);
      return timeline.now() - since > longMs;
    },
    editedAt: () => edited,
  };
}
