/** No agent is turned away while the master's own node can take it, and none is sent where nobody is to be. */
import { type Crowd, crowdOf } from '../../haproxy/crowd.ts';
import { drainedOf } from '../../haproxy/do-haproxy-deed.ts';
import { isUsable } from '../../haproxy/server.ts';
import type { World } from '../../world/world.ts';
import type { Calm } from './calm.ts';

export interface Serving {
  sampled(): void;
}

/** A drain that was confirmed is carried out within so long, ms. */
const drainedMs = 20_000;

export function openServing(world: World, calm: Calm): Serving {
  const { haproxy, master, timeline, violate } = world;
  let heard: Crowd | undefined;
  const isUnwanted = (name: string): boolean => {
    const since = drainedOf(world).get(name);
    return (
      crowdOf(world)?.plan.excluded.includes(name) === true ||
      (since !== undefined && timeline.now() - since > drainedMs)
    );
  };
  const refused = (): void => {
    if (isUnwanted(master.name) || drainedOf(world).has(master.name) || !calm.isLong(master.name)) return;
    violate('agents-not-refused', 'HAProxy had no server for an agent, though the master takes agents all the time');
  };
  return {
    sampled: () => {
      const crowd = crowdOf(world);
      if (crowd === undefined) return;
      if (heard === undefined) crowd.hear((event) => event.what === 'refused' && refused());
      heard = crowd;
      if (!calm.isLong(master.name)) return;
      const wrong = (haproxy.process()?.servers() ?? []).find((server) => isUsable(server) && isUnwanted(server.name));
      if (wrong !== undefined)
        violate('only-wanted-servers', `agents are sent to ${wrong.name}, which is drained or excluded`);
    },
  };
}
