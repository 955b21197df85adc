/** What is bounded stays within its bounds: mailboxes, and what waits in a connection. */
import type { ActorView } from '@muster/actor';
import { linkLimits } from '@muster/link';
import type { World } from '../world/world.ts';

export interface Bounds {
  sampled(): void;
}

/** What an actor sent itself has a bound of its own beside that of the mailbox. */
const ownMessages = 65_536;
/**
 * Nobody of a node has reason to wait behind so many: an actor that does gets more than it can handle, and its
 * mailbox is bounded by its end only.
 */
const tooDeep = 20_000;
/** Beside the bulk that may wait: a piece of a stream, and messages, of which the largest is a frame of 256 KiB. */
const overBytes = 384 * 1024;

export function openBounds(world: World): Bounds {
  const { violate } = world;
  const judgeActor = (node: string, { path, depth, highWater, capacity, overflowed }: ActorView): void => {
    if (path.includes('/probes/')) return;
    if (highWater > capacity || depth > capacity + ownMessages)
      violate(
        'bounded-mailboxes',
        `${highWater} messages waited in the mailbox of ${path} on ${node}, which takes ${capacity}`,
      );
    else if (depth > tooDeep || overflowed > 0)
      violate('bounded-mailboxes', `${depth} messages wait for ${path} on ${node}; ${overflowed} were dropped`);
  };
  const judgeLinks = (node: string): void => {
    const most = world.network.mostBuffered(node);
    if (most > linkLimits.bulkQueueBytes + overBytes)
      violate(
        'bounded-links',
        `${most} bytes waited in one connection of ${node}, of which bulk may take ${linkLimits.bulkQueueBytes}`,
      );
  };
  return {
    sampled: () => {
      for (const node of world.nodes) {
        for (const actor of node.running()?.system.inspect() ?? [])
          if (actor.kind === 'actor') judgeActor(node.name, actor);
        judgeLinks(node.name);
      }
    },
  };
}
