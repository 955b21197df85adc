/** What happens to disks and clocks. */
import type { DiskFault } from '../disk/file-system.ts';
import type { DeedOf } from '../plan/deed.ts';
import type { SimNode } from '../world/world.ts';
import type { FaultScene } from './theatre.ts';

export function failing(scene: FaultScene, deed: DeedOf<'failing-disk'>): void {
  const { code, probability, below, operations } = deed;
  const which = operations.length === 0 ? 'all' : operations;
  fail(scene, scene.node(deed.node), { below, operations: which, code, probability }, deed.forMs);
}

/** `below`: relative to R, or empty for all of it. */
export function fail(scene: FaultScene, { root, files }: SimNode, fault: DiskFault, forMs: number): void {
  const own = { ...fault, below: fault.below === '' ? root : `${root}/${fault.below}` };
  const { failures } = files.faults;
  failures.push(own);
  scene.lasts(forMs, () => void failures.splice(failures.indexOf(own), 1));
}

export function full(scene: FaultScene, { node, freeBytes, forMs }: DeedOf<'full-disk'>): void {
  scene.lasts(forMs, scene.disk(scene.node(node)).add({ freeBytes }));
}

export function slow(scene: FaultScene, deed: DeedOf<'slow-disk'>): void {
  const { minMs, maxMs, perFileMs } = deed;
  scene.lasts(deed.forMs, scene.disk(scene.node(deed.node)).add({ latency: { minMs, maxMs, perFileMs } }));
}

export function hints(scene: FaultScene, deed: DeedOf<'hints'>): void {
  const { maxLateMs, lost, twice, queued } = deed;
  scene.lasts(deed.forMs, scene.disk(scene.node(deed.node)).add({ hints: { maxLateMs, lost, twice, queued } }));
}

export function fewWatches(scene: FaultScene, { node, watches, forMs }: DeedOf<'few-watches'>): void {
  scene.lasts(forMs, scene.disk(scene.node(node)).add({ maxWatches: watches }));
}

/** To a master an empty directory that lies elsewhere than its files did is not mounted; the cure of its log is any file. */
function mountAgain({ root, role, files }: SimNode, directory: string): void {
  const path = `${root}/${directory}`;
  files.mount(path, 'fault');
  if (role !== 'master' || files.filesBelow(path).length > 0) return;
  const name = directory === 'var/multigroups' ? 'mounted/merged.mg' : 'mounted.xml';
  files.write(`${path}/${name}`, new TextEncoder().encode(`${directory} is mounted again\n`), 'operator');
}

/** What is written there meanwhile lies below the file system when that comes back. */
export function unmount(scene: FaultScene, { node, directory, bare, forMs }: DeedOf<'unmount'>): void {
  const { root, files } = scene.node(node);
  const path = `${root}/${directory}`;
  if (bare) {
    if (files.unmount(path, 'fault')) scene.lasts(forMs, () => mountAgain(scene.node(node), directory));
    return;
  }
  const away = `${root}/away-${scene.id}`;
  if (!files.rename(path, away, 'fault')) return;
  // As what stands for an unmount: no loss of power takes either half of it back.
  files.settle();
  scene.lasts(forMs, () => {
    files.remove(path, 'fault');
    files.rename(away, path, 'fault');
    files.settle();
  });
}

export function jump(scene: FaultScene, { node, byMs }: DeedOf<'wall-jump'>): void {
  scene.node(node).wall.jump(byMs);
}

export function drift(scene: FaultScene, { node, msPerSecond, forMs }: DeedOf<'wall-drift'>): void {
  const { wall } = scene.node(node);
  wall.drift(msPerSecond);
  scene.lasts(forMs, () => wall.drift(scene.climate.driftMs[node] ?? 0));
}
