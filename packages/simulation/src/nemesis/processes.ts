/** What happens to processes. */
import { isStagedName } from '@muster/tree';
import type { FileChange } from '../happenings.ts';
import type { DeedOf } from '../plan/deed.ts';
import { anyActor } from '../workload/care.ts';
import { stateFolder } from '../workload/paths.ts';
import type { SimNode } from '../world/world.ts';
import { fail } from './disks.ts';
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
  { kind, node, effects, downMs }: DeedOf<'kill-at-effect' | 'lose-power-at-effect'>,
): void {
  dies(scene, scene.node(node), { effects, downMs, how: kind === 'kill-at-effect' ? 'kill' : 'power' });
}

type Death = Pick<DeedOf<'die-while-starting'>, 'effects' | 'how' | 'downMs'>;

function dies({ service }: FaultScene, node: SimNode, { effects, how, downMs }: Death): void {
  if (node.host() === undefined) return;
  service.nextDown(node, downMs);
  node.dieAtEffect(effects, how);
}

/** A start reads more than it writes: in the middle of it is mostly between two effects. */
const startMs = 10;

/** Each of its next `again` processes dies soon: before its n-th effect, or a short while after it began. */
function dieAtStarts(scene: FaultScene, node: SimNode, again: number, death: Death): void {
  if (again <= 0) return;
  scene.service.atNextStart(node, () => {
    if (scene.dice.chance(0.5)) dies(scene, node, death);
    else dieAfter(scene, node, scene.dice.between(0, startMs), death);
    dieAtStarts(scene, node, again - 1, death);
  });
}

function dieAfter(scene: FaultScene, node: SimNode, delayMs: number, { how, downMs }: Death): void {
  const host = node.host();
  scene.later(delayMs, () => {
    if (host === undefined || node.host() !== host) return;
    scene.service.nextDown(node, downMs);
    if (how === 'kill') node.kill();
    else node.losePower();
  });
}

export function dieWhileStarting(scene: FaultScene, deed: DeedOf<'die-while-starting'>): void {
  const node = scene.node(deed.node);
  if (node.host() === undefined) return;
  dieAtStarts(scene, node, deed.again, deed);
  kill(scene, { ...deed, kind: 'kill' });
}

/** Waits for the file to be written; at most until the healing. */
export function dieInTransaction(scene: FaultScene, deed: DeedOf<'die-in-transaction'>): void {
  const node = scene.node(deed.node);
  const state = `${node.root}/${stateFolder}`;
  const isMeant = ({ path }: FileChange): boolean => {
    if (deed.after === 'staged') return isStagedName(path.slice(path.lastIndexOf('/') + 1));
    return deed.after === 'trash' ? path.startsWith(`${state}/trash/`) : path === `${state}/${deed.after}`;
  };
  scene.onceWritten(node, isMeant, () => {
    dies(scene, node, deed);
    dieAtStarts(scene, node, deed.again, { ...deed, effects: scene.dice.int(1, 12) });
  });
}

export function badStart(scene: FaultScene, { node: name, code, forMs }: DeedOf<'bad-start'>): void {
  const node = scene.node(name);
  fail(scene, node, { below: stateFolder, operations: 'all', code, probability: 1 }, forMs);
  if (node.host() === undefined) return;
  scene.service.nextDown(node, 0);
  node.kill();
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
