/** The nemesis at work: each kind of fault and what it does. */
import type { DeedOf, NemesisDeed, NemesisKind } from '../plan/deed.ts';
import { damage } from './damage.ts';
import * as disks from './disks.ts';
import { intrude } from './intruder.ts';
import * as networks from './networks.ts';
import * as processes from './processes.ts';
import type { FaultScene } from './theatre.ts';

type Acts = { readonly [K in NemesisKind]: (scene: FaultScene, deed: DeedOf<K>) => void };

const acts: Acts = {
  kill: processes.kill,
  'kill-at-effect': processes.dieAtEffect,
  'lose-power': processes.losePower,
  'lose-power-at-effect': processes.dieAtEffect,
  'die-in-transaction': processes.dieInTransaction,
  'die-while-starting': processes.dieWhileStarting,
  'bad-start': processes.badStart,
  blackout: processes.blackout,
  pause: processes.pause,
  'crash-actors': processes.crashActors,
  damage,
  partition: networks.partition,
  'one-way': networks.oneWay,
  reset: networks.reset,
  'slow-network': networks.slow,
  'narrow-network': networks.narrow,
  stalls: networks.stalls,
  'split-pieces': networks.splits,
  'bad-dials': networks.badDials,
  'slow-handshakes': networks.slowHandshakes,
  intruder: intrude,
  'failing-disk': disks.failing,
  'full-disk': disks.full,
  'slow-disk': disks.slow,
  hints: disks.hints,
  'few-watches': disks.fewWatches,
  unmount: disks.unmount,
  'wall-jump': disks.jump,
  'wall-drift': disks.drift,
};

/** Does it, at the time of the timeline. Never throws. */
export function doFault(scene: FaultScene, deed: NemesisDeed): void {
  (acts[deed.kind] as (scene: FaultScene, deed: NemesisDeed) => void)(scene, deed);
}
