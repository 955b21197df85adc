/** What happens to the network between machines. */
import type { DeedOf } from '../plan/deed.ts';
import type { FaultScene } from './theatre.ts';

export function partition(scene: FaultScene, { left, right, forMs }: DeedOf<'partition'>): void {
  scene.lasts(forMs, scene.world.network.partition(left, right));
}

export function oneWay(scene: FaultScene, { from, to, forMs }: DeedOf<'one-way'>): void {
  scene.lasts(forMs, scene.world.network.oneWay(from, to));
}

export function reset(scene: FaultScene, { one, other }: DeedOf<'reset'>): void {
  scene.world.network.reset(one, other);
}

export function slow(scene: FaultScene, { minMs, maxMs, forMs }: DeedOf<'slow-network'>): void {
  scene.lasts(forMs, scene.network.add({ latency: { minMs, maxMs } }));
}

export function narrow(scene: FaultScene, { bytesPerMs, forMs }: DeedOf<'narrow-network'>): void {
  scene.lasts(forMs, scene.network.add({ bandwidth: bytesPerMs }));
}

export function stalls(scene: FaultScene, { probability, stallMs, forMs }: DeedOf<'stalls'>): void {
  scene.lasts(forMs, scene.network.add({ stall: probability, stallMs }));
}

export function splits(scene: FaultScene, { probability, forMs }: DeedOf<'split-pieces'>): void {
  scene.lasts(forMs, scene.network.add({ split: probability }));
}

export function badDials(scene: FaultScene, { refuse, silent, forMs }: DeedOf<'bad-dials'>): void {
  scene.lasts(forMs, scene.network.add({ refuse, silent }));
}

export function slowHandshakes(scene: FaultScene, { minMs, maxMs, forMs }: DeedOf<'slow-handshakes'>): void {
  scene.lasts(forMs, scene.network.add({ handshake: { minMs, maxMs } }));
}
