/** Agents that are enrolled while the cluster runs: through a node's local socket, or by hand on the master. */
import type { DeedOf } from '../plan/deed.ts';
import type { SimNode } from '../world/world.ts';
import type { AgentScene } from './acts.ts';
import { keyOf } from './acts.ts';
import { groupNames } from './groups.ts';
import { addKeys, highestId } from './keys.ts';

/** What became of one request, for those who watch. */
export interface Enrolment {
  /** Unique in a run. */
  readonly name: string;
  readonly node: string;
  outcome: 'waits' | 'registered' | 'refused' | 'failed';
  /** How often an answer came. */
  answers: number;
  id: number | undefined;
}

const known = new WeakMap<object, Enrolment[]>();
/** Every request of a run, as asked so far. */
export const enrolmentsOf = (world: object): Enrolment[] => {
  const list = known.get(world) ?? [];
  known.set(world, list);
  return list;
};

export function register(scene: AgentScene, deed: DeedOf<'agent-register'>): void {
  const { id, world } = scene;
  const names = Array.from({ length: deed.count }, (_, index) => `new-${id}.${index}`);
  if (deed.by === 'request') {
    for (const name of names) request(scene, scene.node(deed.node), name, deed.groups);
    return;
  }
  const first = highestId(world.master) + 1;
  const added = names.map((name, index) => ({ id: first + index, name, ip: 'any', key: keyOf(name) }));
  addKeys(world.master, added);
  for (const one of added) scene.agents.start(scene.agents.add(one, scene.node(deed.node)));
}

function request(scene: AgentScene, node: SimNode, name: string, groups: number): void {
  const enrolment: Enrolment = { name, node: node.name, outcome: 'waits', answers: 0, id: undefined };
  enrolmentsOf(scene.world).push(enrolment);
  const wanted = groups === 0 ? {} : { groups: groupNames(scene.dice, groups) };
  node.ask({ type: 'register-agent', name, ip: 'any', ...wanted } as never).then(
    (reply: { readonly type: string } | undefined) => {
      enrolment.answers += 1;
      if (reply?.type !== 'agent-registered') {
        enrolment.outcome = 'refused';
        return;
      }
      const { id, name: given, ip, key } = reply as never as { id: number; name: string; ip: string; key: string };
      enrolment.outcome = 'registered';
      enrolment.id = id;
      scene.agents.start(scene.agents.add({ id, name: given, ip, key }, node));
    },
    () => {
      enrolment.outcome = 'failed';
    },
  );
}
