/** An operator, or a program, at work on many files at once. */
import type { DeedOf } from '../plan/deed.ts';
import { workedDirectories } from '../plan/workload-deeds.ts';
import type { SimNode } from '../world/world.ts';
import { keyLine } from './contents.ts';
import { fresh } from './files.ts';
import { drawn, filesIn, keysPath, newPath } from './paths.ts';
import type { Scene } from './scene.ts';

/** A tree of files, as deep as asked. In `var/multigroups` the folders are what counts. */
export function addDirectory(scene: Scene, deed: DeedOf<'add-directory'>): void {
  const node = scene.node(deed.node);
  for (let index = 0; index < deed.count; index++) {
    const down = Array.from({ length: 1 + (index % deed.deep) }, (_, level) => `d${scene.id}-${level}`);
    const number = `${scene.id}.${index}`;
    const path =
      deed.within === 'var/multigroups'
        ? newPath(scene.dice, deed.within, number)
        : `${deed.within}/${down.join('/')}/file-${number}`;
    node.files.write(`${node.root}/${path}`, fresh(scene, node, path, index, deed.bytes), 'operator');
  }
}

/** All within one moment: most files replaced as `git` does, some new, some gone. */
export function checkout(scene: Scene, deed: DeedOf<'checkout'>): void {
  const { dice, id } = scene;
  const node = scene.node(deed.node);
  const touched = drawn(dice, filesIn(node, deed.within), deed.change + deed.remove);
  for (const [index, path] of touched.entries()) {
    if (index >= deed.change) node.files.remove(`${node.root}/${path}`, 'operator');
    else node.files.replace(`${node.root}/${path}`, fresh(scene, node, path, index, deed.bytes), 'operator');
  }
  for (let index = deed.change; index < deed.change + deed.add; index++) {
    const path = newPath(dice, deed.within, `${id}.${index}`);
    node.files.replace(`${node.root}/${path}`, fresh(scene, node, path, index, deed.bytes), 'operator');
  }
}

export function deleteMany(scene: Scene, deed: DeedOf<'delete-many'>): void {
  removeShare(scene, scene.node(deed.node), filesIn(scene.node(deed.node), deed.within), deed.percent);
}

export function deleteEverything(scene: Scene, deed: DeedOf<'delete-everything'>): void {
  const node = scene.node(deed.node);
  const all = workedDirectories.flatMap((directory) => filesIn(node, directory));
  removeShare(scene, node, [keysPath, ...all], deed.percent);
}

function removeShare(scene: Scene, node: SimNode, paths: readonly string[], percent: number): void {
  for (const path of drawn(scene.dice, paths, Math.ceil((paths.length * percent) / 100)))
    node.files.remove(`${node.root}/${path}`, 'operator');
}

/** Agents come and go; the file is replaced, as the manager's own tools do. */
export function keys(scene: Scene, deed: DeedOf<'keys'>): void {
  const node = scene.node(deed.node);
  const path = `${node.root}/${keysPath}`;
  if (deed.change === 'remove') return void node.files.remove(path, 'operator');
  if (deed.change === 'empty') return void node.files.write(path, new Uint8Array(0), 'operator');
  const before = new TextDecoder()
    .decode(node.files.read(path))
    .split(/(?<=\n)/)
    .filter((line) => line !== '');
  const lines = changedKeys(before, deed, scene.id);
  node.files.replace(path, new TextEncoder().encode(lines.join('')), 'operator');
}

function changedKeys(before: readonly string[], deed: DeedOf<'keys'>, id: string): readonly string[] {
  const made = Array.from({ length: deed.lines }, (_, index) => keyLine(before.length + index + 1, `${id}.${index}`));
  if (deed.change === 'grow') return [...before, ...made];
  const kept = before.slice(0, Math.max(0, before.length - deed.lines));
  return deed.change === 'shrink' ? kept : [...kept, ...made.slice(0, before.length)];
}
