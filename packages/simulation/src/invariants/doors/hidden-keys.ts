/** No answer at any door holds the cluster's key; none but a registration's holds the key of an agent. */
import { populationOf } from '../../agents/index.ts';
import type { Question, Told } from '../../happenings.ts';
import { clusterKey } from '../../workload/lay-out.ts';
import type { World } from '../../world/world.ts';

const keyLike = /[0-9a-f]{64}/i;

export const openHiddenKeys =
  (world: World) =>
  ({ node, request }: Question, told: Told): void => {
    if (told.what !== 'answered' && told.what !== 'refused') return;
    const said = told.what === 'refused' ? told.text : JSON.stringify(told.reply);
    const { type } = request;
    if (said.includes(clusterKey)) world.violate('secrets', `${node} answered ${type} with the cluster's key`);
    if (type === 'register-agent' || (type === 'program' && request.command === 'sendsync')) return;
    if (!keyLike.test(said)) return;
    if (populationOf(world)?.agents.some(({ key }) => said.includes(key)) === true)
      world.violate('secrets', `${node} answered ${type} with the key of an agent`);
  };
