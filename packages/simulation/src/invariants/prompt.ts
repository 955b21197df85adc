/**
 * A change of the master's files is in its newest generation soon after its hint: judged only of a master that is
 * in order and says so itself.
 */
import type { ClusterView } from '@muster/protocol';
import type { World } from '../world/world.ts';
import { seconds } from './contents.ts';
import { type Generations, wordsOf } from './generations.ts';
import type { Mirror } from './mirror.ts';
import type { Order } from './order.ts';
import { isPlain } from './selection.ts';

export interface Prompt {
  seen(view: ClusterView): void;
}

/** For a scan of everything, its turn, and those that came before: ms. */
export const promptMs = 20_000;

interface Knowledge {
  readonly generations: Generations;
  readonly mirror: Mirror;
  /** Of the master's synchronised paths so far. */
  readonly changes: () => number;
  readonly order: Order;
  readonly maxBytes: (node: string) => number;
}

export function openPrompt(world: World, { generations, mirror, changes, order, maxBytes }: Knowledge): Prompt {
  const { master, timeline, violate } = world;
  /** What was found in order, and was old enough to be judged: while nothing changes it is not looked at again. */
  let inOrder: string | undefined;
  return {
    seen: ({ nodes, generation }) => {
      const integrity = master.config()?.muster.integrity;
      const own = nodes.find(({ name }) => name === master.name);
      if (integrity === undefined || generation === undefined || own?.sync !== 'in-sync') return;
      const files = generations.files(generation);
      if (files === undefined) return;
      const waitMs =
        promptMs + integrity.coalesceMs + (order.polls(master.name) ? integrity.pollEveryMs + integrity.coalesceMs : 0);
      const before = timeline.now() - waitMs;
      if (order.since(master.name) > before) return;
      const state = `${wordsOf(generation)} ${changes()} ${order.polls(master.name)}`;
      if (state === inOrder) return;
      let young = false;
      for (const [path, { content, at, odd, hinted }] of mirror.places) {
        young ||= at > before;
        if (at > before || odd || !(hinted || order.polls(master.name))) continue;
        if (content?.digest === files.digests.get(path) || files.held.has(path) || !isPlain(path)) continue;
        if (content !== undefined && content.size > maxBytes(master.name)) continue;
        violate(
          'prompt',
          `the master's ${path} is ${content?.digest.slice(0, 8) ?? 'absent'} since ${seconds(at)}, and its newest generation ${wordsOf(generation)} at ${seconds(timeline.now())} has ${files.digests.get(path)?.slice(0, 8) ?? 'no such file'}`,
        );
      }
      if (!young) inOrder = state;
    },
  };
}
