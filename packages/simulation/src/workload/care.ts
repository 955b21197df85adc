/** What operators ask of processes. */
import type { LocalRequest } from '@muster/control';
import type { NodeName } from '@muster/protocol';
import type { DeedOf } from '../plan/deed.ts';
import type { SimNode } from '../world/world.ts';
import type { Scene } from './scene.ts';

/** As the command line asks; that nobody answers is no fault. */
export function ask(scene: Scene, deed: DeedOf<'ask'>): void {
  const node = scene.node(deed.node);
  node.ask(requestOf(scene, node, deed.request)).then(
    () => {},
    () => {},
  );
}

function requestOf({ dice, world }: Scene, node: SimNode, type: DeedOf<'ask'>['request']): LocalRequest {
  switch (type) {
    case 'explain':
      return { type, node: nameOf(dice.pick(world.nodes)) };
    case 'forget-node':
      return { type, node: nameOf(dice.pick(world.workers)) };
    case 'set-log-level':
      return { type, level: dice.pick(['debug2', 'debug', 'info', 'warning', 'error', 'critical']) };
    case 'crash-actor':
      return { type, path: anyActor({ dice }, node) ?? 'nobody' };
    default:
      return { type };
  }
}

const nameOf = ({ name }: SimNode): NodeName => name as NodeName;

/** The path of an actor that runs on this node now. */
export function anyActor({ dice }: Pick<Scene, 'dice'>, node: SimNode): string | undefined {
  const actors = node
    .running()
    ?.system.inspect()
    .filter(({ kind, status }) => kind === 'actor' && status === 'running');
  return actors === undefined || actors.length === 0 ? undefined : dice.pick(actors).path;
}

export function restart(scene: Scene, { node, downMs }: DeedOf<'restart'>): void {
  scene.restart(scene.node(node), downMs);
}

export function restartAll(scene: Scene, { downMs }: DeedOf<'restart-all'>): void {
  for (const node of scene.world.nodes) scene.restart(node, downMs);
}
