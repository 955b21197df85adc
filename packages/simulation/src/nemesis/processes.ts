/** What happens to processes. */
import type { DeedOf } from '../plan/deed.ts';
import { anyActor } from '../workload/care.ts';
import type { FaultScene } from './theatre.ts';

export function kill(scene: FaultScene, { node: name, downMs }: DeedOf<'kill'>): void {
  const node = scene.node(name);
  if (node.host() === undefined) return;
  scene.service.nextDown(node, downMs);
  node.kill();
}

export function losePower(scene: FaultScene, { node: name, downMs }: DeedOf<'lose-power'>): void {
  const node = scene.node(name);
  if (node.host() !== undefined) scene.service.nextDown(node, downMs);
  node.losePower();
}

export function blackout(scene: FaultScene, { downMs }: DeedOf<'blackout'>): void {
  for (const node of scene.world.nodes) {
    if (node.host() !== undefined) scene.service.nextDown(node, downMs);
    node.losePower();
  }
}

/** The process that runs now, wherever it is then; nothing when it does not get so far before the healing. */
export function dieAtEffect(
  scene: FaultScene,
  { kind, node: name, effects, downMs }: DeedOf<'kill-at-effect' | 'lose-power-at-effect'>,
): void {
  const node = scene.node(name);
  const host = node.host();
  if (host === undefined) return;
  scene.service.nextDown(node, downMs);
  node.dieAtEffect(effects, kind === 'kill-at-effect' ? 'kill' : 'power');
  scene.lasts(Number.MAX_SAFE_INTEGER, () => {
    if (host.alive()) node.dieAtEffect(Number.MAX_SAFE_INTEGER, 'kill');
  });
}

/** It goes on when the healing begins at the latest. */
export function pause(scene: FaultScene, { node, forMs }: DeedOf<'pause'>): void {
  scene.node(node).pause(Math.min(forMs, Math.max(0, scene.chaosMs - scene.world.timeline.now())));
}

export function crashActors(scene: FaultScene, { node: name, times, everyMs }: DeedOf<'crash-actors'>): void {
  const node = scene.node(name);
  scene.repeat(times, everyMs, () => {
    const path = anyActor(scene, node);
    if (path !== undefined) node.running()?.system.crash(path, new Error('crashed on request of the nemesis'));
  });
}
