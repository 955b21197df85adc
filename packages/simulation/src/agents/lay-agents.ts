/** Who is enrolled at the start, and who of them begins to report. */
import { openDice } from '../dice.ts';
import { socketPaths } from '../neighbours/index.ts';
import { hasAuthd } from '../plan/agents.ts';
import type { Plan } from '../plan/plan.ts';
import type { World } from '../world/world.ts';
import { keyOf } from './acts.ts';
import type { Enrolled } from './agent.ts';
import { authd, remoted } from './authd-beside.ts';
import type { ManagerBeside } from './beside.ts';
import { filesBeside } from './files-beside.ts';
import { groupNames } from './groups.ts';
import { openPopulation } from './population.ts';
import { wdbBeside } from './wdb-beside.ts';

/** Above all lines that a tree has, and that edits of it make. */
const firstId = 1_001;

/** In the master's client.keys at the start. */
export const enrolledAtStart = ({ agents }: Plan): readonly Enrolled[] =>
  Array.from({ length: agents.count }, (_, index) => {
    const name = `reporting-${index}`;
    const ip = index % 5 === 3 ? '10.0.0.0/24' : index % 5 === 4 ? `10.1.0.${index % 250}` : 'any';
    return { id: firstId + index, name, ip, key: keyOf(name) };
  });

/** The managers, and the agents at their first nodes; those that live start within the first seconds. Before the first start. */
export function layAgents(world: World, plan: Plan): void {
  const besides = new Map(
    world.nodes.flatMap((node): (readonly [string, ManagerBeside])[] => {
      const kind = plan.agents.managers[node.name];
      if (kind === undefined) return [];
      return [[node.name, kind === 'files' ? filesBeside(node) : wdbBeside(world, node)]];
    }),
  );
  const population = openPopulation(world, plan, besides);
  for (const node of world.nodes) node.neighbours.isUp = () => population.isUp(node);
  if (hasAuthd(plan.agents)) {
    // A socket, for those who look whether there is one: no disk of ours holds any.
    world.master.files.write(`${world.master.root}/${socketPaths.auth}`, new Uint8Array(0), 'operator');
    world.master.neighbours.put('auth', authd(world.master, besides.get(world.master.name)));
    world.master.neighbours.put('remoted', remoted(besides.get(world.master.name)));
  }
  const dice = openDice(plan.settings.seed).fork('lay agents');
  const homes = world.nodes.filter((node) => population.beside(node)?.takesAgents === true);
  if (homes.length === 0) return;
  for (const enrolled of enrolledAtStart(plan)) {
    const own = dice.fork(enrolled.name);
    const agent = population.add(enrolled, own.pick(homes));
    const startsAt = own.between(0, plan.agents.notifyMs);
    if (own.chance(plan.agents.alive)) world.timeline.after(startsAt, 'agent', () => population.start(agent));
    if (own.chance(plan.agents.grouped))
      population.beside(world.master)?.assign(enrolled, groupNames(own, own.int(1, 3)));
  }
  for (const node of world.nodes) node.files.settle();
}
