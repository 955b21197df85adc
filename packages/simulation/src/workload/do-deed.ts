/** Operators at work: each kind of deed and what it does. */
import type { DeedOf, WorkloadDeed, WorkloadKind } from '../plan/deed.ts';
import * as care from './care.ts';
import * as files from './files.ts';
import * as many from './many.ts';
import * as odd from './odd.ts';
import type { Scene } from './scene.ts';

type Acts = { readonly [K in WorkloadKind]: (scene: Scene, deed: DeedOf<K>) => void };

const acts: Acts = {
  create: files.create,
  write: files.change,
  replace: files.change,
  'large-file': files.large,
  append: files.append,
  delete: files.remove,
  rename: files.rename,
  'rename-directory': files.renameDirectory,
  'remove-directory': files.removeDirectory,
  chmod: files.chmod,
  'empty-file': files.empty,
  'write-unseen': files.writeUnseen,
  'add-directory': many.addDirectory,
  checkout: many.checkout,
  'delete-many': many.deleteMany,
  'delete-everything': many.deleteEverything,
  keys: many.keys,
  oversize: odd.oversize,
  'excluded-name': odd.excludedName,
  'broken-name': odd.brokenName,
  symlink: odd.symlink,
  'slow-write': odd.slowWrite,
  'swap-kind': odd.swapKind,
  ask: care.ask,
  restart: care.restart,
  'restart-all': care.restartAll,
};

/** Does it, at the time of the timeline. Never throws. */
export function doDeed(scene: Scene, deed: WorkloadDeed): void {
  (acts[deed.kind] as (scene: Scene, deed: WorkloadDeed) => void)(scene, deed);
}
