/** No agent's key is in any log. */
import { populationOf } from '../../agents/index.ts';
import type { LogLine } from '../../happenings.ts';
import type { World } from '../../world/world.ts';

const keyLike = /[0-9a-f]{64}/i;

export const openAgentKeys =
  (world: World) =>
  ({ node, text }: LogLine): void => {
    if (text.length < 64 || !keyLike.test(text)) return;
    if (populationOf(world)?.agents.some(({ key }) => text.includes(key)) === true)
      world.violate('secrets', `${node} logged the key of an agent`);
  };
