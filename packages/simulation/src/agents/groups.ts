/** Assignments that are changed beside the cluster. */
import type { Dice } from '../dice.ts';
import type { DeedOf } from '../plan/deed.ts';
import { drawn } from '../workload/paths.ts';
import type { AgentScene } from './acts.ts';
import { keysOf } from './keys.ts';

const names = ['default', 'linux', 'windows', 'web-servers', 'db.1', 'dmz_2'];

/** In an order that counts. */
export const groupNames = (dice: Dice, count: number): readonly string[] => drawn(dice, names, count);

export function assign(scene: AgentScene, { node: name, count, how }: DeedOf<'agent-groups'>): void {
  const node = scene.node(name);
  for (const agent of drawn(scene.dice, [...keysOf(node).values()], count)) {
    const many = how === 'none' ? 0 : how === 'one' ? 1 : scene.dice.int(2, 4);
    scene.agents.beside(node)?.assign(agent, groupNames(scene.dice, many));
  }
}

/** The manager of a worker to which an agent reports that has no groups there. */
export function choose(scene: AgentScene, { node: name, count }: DeedOf<'agent-chosen'>): void {
  const node = scene.node(name);
  const beside = scene.agents.beside(node);
  if (beside === undefined) return;
  const assigned = beside.groups();
  const without = [...keysOf(node).values()].filter(({ id }) => !assigned.has(id));
  for (const agent of drawn(scene.dice, without, count)) beside.assign(agent, groupNames(scene.dice, 1));
}
