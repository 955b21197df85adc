/** After a stop in good order nothing of the process is left. */
import type { ActorSystem } from '@muster/actor';
import type { SimNode, World } from '../world/world.ts';

export interface LeftOver {
  /** While it runs: remembers its actors, which are not told any more when it has stopped. */
  running(node: SimNode): void;
  /**
   * Its stop has resolved, and its process has not ended yet. `now`: right then, when goodbyes may be on their way,
   * with their deadlines; `later`: when they must be over.
   */
  stopped(node: SimNode, when: 'now' | 'later'): void;
}

export function openLeftOver(world: World): LeftOver {
  const systems = new Map<string, ActorSystem>();
  return {
    running: (node) => {
      const system = node.running()?.system;
      if (system !== undefined) systems.set(node.name, system);
    },
    stopped: (node, when) => {
      const things = thingsOf(world, node).filter((thing) => when === 'later' || !takesAMoment.test(thing));
      const left = [...things, ...actorsOf(node.running()?.system ?? systems.get(node.name))];
      if (when === 'later') systems.delete(node.name);
      if (left.length > 0)
        world.violate('nothing-left-over', `after its stop ${node.name} has left ${left.join(', ')}`);
    },
  };
}

/** A slow disk may close what an actor was writing after the time that its stop grants. */
const takesAMoment = / (?:timers|connections|open files)$/;

function thingsOf(world: World, node: SimNode): readonly string[] {
  const host = node.host();
  const { timers, connections, files, watches } = node.open();
  const counts = {
    timers,
    connections: Math.max(connections, host === undefined ? 0 : world.network.open(host)),
    'open files': files,
    watches,
  };
  return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
}

const actorsOf = (system: ActorSystem | undefined): readonly string[] =>
  (system?.inspect() ?? [])
    .filter(({ path, status }) => path !== '/' || status === 'running')
    .map(({ path, status }) => `the ${status} actor ${path}`);
