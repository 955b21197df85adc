/** Puts what a plan says onto the timeline of a world, and ends all of it. */
import { doAgentDeed } from '../agents/do-agent-deed.ts';
import { populationOf } from '../agents/population.ts';
import { doDoorDeed } from '../doors/index.ts';
import { doHaproxyDeed } from '../haproxy/do-haproxy-deed.ts';
import { type Deed, isOfAgents, isOfDoors, isOfHaproxy, isWorkload } from '../plan/deed.ts';
import { nodesOf } from '../plan/of-nodes.ts';
import type { Plan } from '../plan/plan.ts';
import { doDeed } from '../workload/do-deed.ts';
import type { World } from '../world/world.ts';
import { doFault } from './do-fault.ts';
import { openTheatre, type Theatre } from './theatre.ts';

const theatres = new WeakMap<World, Theatre>();

/**
 * Before the first start: the climate holds from now on, every deed comes at its time, and whatever
 * process ends by itself is started again. Once for a world.
 */
export function scheduleDeeds(world: World, plan: Plan): void {
  const theatre = openTheatre(world, plan);
  theatres.set(world, theatre);
  for (const deed of plan.deeds) {
    world.timeline.after(deed.atMs - world.timeline.now(), whatOf(deed), () => {
      if (!theatre.ended()) perform(theatre, deed);
    });
  }
}

function perform(theatre: Theatre, deed: Deed): void {
  const scene = theatre.scene(deed);
  if (isWorkload(deed)) return doDeed(scene, deed);
  if (isOfHaproxy(deed)) return doHaproxyDeed(scene, deed);
  if (isOfDoors(deed)) return doDoorDeed(scene, deed);
  if (!isOfAgents(deed)) return doFault(scene, deed);
  const agents = populationOf(theatre.world);
  if (agents !== undefined) doAgentDeed({ ...scene, agents }, deed);
}

/** A word of the trace for each deed of a plan. */
const whatOf = (deed: Deed): string => ['deed', deed.id, deed.kind, ...nodesOf(deed)].join(' ');

/**
 * Every fault is over: disks and network are whole and as quiet as the climate, wall clocks stop
 * drifting (they stay where they are), intruders are gone, what Muster leaves alone by design is
 * removed, and everybody is started. No deed comes any more.
 */
export function healAll(world: World): void {
  const theatre = theatres.get(world);
  if (theatre === undefined) return;
  theatre.end();
  for (const node of world.nodes) node.wall.drift(0);
  theatre.service.heal();
}
