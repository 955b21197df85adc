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

/** HAProxy could not be asked: rests after failures grow to half a minute; then come a look, checks of health, and a slow answer, ms. */
const afterAwayMs = 45_000;
/** The master, or HAProxy, is another process: it is noticed at the next look, ms. */
const afterStartMs = 20_000;
/** Something was changed by hand, ms. */
const afterEditMs = 12_000;

export function openCalm(world: World): Calm {
  const { haproxy, timeline, master } = world;
  let troubleUntil = afterStartMs;
  let edited = -1;
  let endedAt = 0;
  const away = new Map<string, number>();
  const trouble = (forMs: number): void => {
    troubleUntil = Math.max(troubleUntil, timeline.now() + forMs);
  };
  haproxy.hear((event) => {
    const now = timeline.now();
    if (event.what === 'ended') endedAt = now;
    if (event.what === 'started') trouble(now > endedAt ? afterAwayMs : afterStartMs);
    if (event.what !== 'asked' || event.by !== byHand) return;
    edited = now;
    trouble(afterEditMs);
  });
  const look = (): void => {
    if (haproxy.away.length > 0 || haproxy.faults.length > 0 || haproxy.process() === undefined) trouble(afterAwayMs);
    for (const { name } of world.nodes) if (agentPortsOf(world)?.isUp(name) !== true) away.set(name, timeline.now());
  };
  return {
    process: ({ node }) => {
      if (node === master.name) trouble(afterStartMs);
      look();
    },
    sampled: look,
    isLong: (node) => {
      look();
      if (master.running() === undefined) return false;
      return timeline.now() > Math.max(troubleUntil, (away.get(node) ?? 0) + afterStartMs);
    },
    editedAt: () => edited,
  };
}
