/** An operator at work on single files. */
import type { DeedOf } from '../plan/deed.ts';
import type { WorkedDirectory } from '../plan/workload-deeds.ts';
import type { SimNode } from '../world/world.ts';
import { contentOf } from './contents.ts';
import { drawn, filesIn, folderOf, foldersIn, newPath } from './paths.ts';
import type { Scene } from './scene.ts';

export const operatorOf = (node: SimNode): string => `operator@${node.name}`;

/** The `index`-th content that this deed writes. */
export const fresh = (scene: Scene, node: SimNode, path: string, index: number, bytes: number): Uint8Array =>
  contentOf({ path, by: operatorOf(node), number: `${scene.id}.${index}` }, bytes);

type Where = { readonly node: string; readonly within: WorkedDirectory };

/** Some files of the deed's directory. */
export function picked(scene: Scene, { node, within }: Where, count: number): readonly string[] {
  return drawn(scene.dice, filesIn(scene.node(node), within), count);
}

export function create(scene: Scene, deed: DeedOf<'create'>): void {
  const node = scene.node(deed.node);
  for (let index = 0; index < deed.count; index++) {
    const path = newPath(scene.dice, deed.within, `${scene.id}.${index}`);
    node.files.write(`${node.root}/${path}`, fresh(scene, node, path, index, deed.bytes), 'operator');
  }
}

export function change(scene: Scene, deed: DeedOf<'write' | 'replace'>): void {
  const node = scene.node(deed.node);
  const { files } = node;
  for (const [index, path] of picked(scene, deed, deed.count).entries()) {
    const content = fresh(scene, node, path, index, deed.bytes);
    if (deed.kind === 'write') files.write(`${node.root}/${path}`, content, 'operator');
    else files.replace(`${node.root}/${path}`, content, 'operator');
  }
}

export function large(scene: Scene, deed: DeedOf<'large-file'>): void {
  create(scene, { ...deed, kind: 'create', count: 1 });
}

/** Beyond this a file grows no more: appending is not to fill the memory. */
const mostAppended = 4 * 1024 * 1024;

export function append(scene: Scene, deed: DeedOf<'append'>): void {
  const node = scene.node(deed.node);
  for (const [index, path] of picked(scene, deed, deed.count).entries()) {
    const before = node.files.read(`${node.root}/${path}`) ?? new Uint8Array(0);
    if (before.length > mostAppended) continue;
    const content = Buffer.concat([before, fresh(scene, node, path, index, deed.bytes)]);
    node.files.write(`${node.root}/${path}`, content, 'operator');
  }
}

export function remove(scene: Scene, deed: DeedOf<'delete'>): void {
  const node = scene.node(deed.node);
  for (const path of picked(scene, deed, deed.count)) node.files.remove(`${node.root}/${path}`, 'operator');
}

/** To a new name, or over another file. */
export function rename(scene: Scene, deed: DeedOf<'rename'>): void {
  const { dice, id } = scene;
  const node = scene.node(deed.node);
  const all = filesIn(node, deed.within);
  for (const [index, from] of drawn(dice, all, deed.count).entries()) {
    const anew = `${folderOf(from)}/renamed-${id}.${index}`;
    const over = dice.pick(all);
    const to = dice.chance(0.3) ? over : anew;
    if (to !== from && node.files.exists(`${node.root}/${from}`))
      node.files.rename(`${node.root}/${from}`, `${node.root}/${to}`, 'operator');
  }
}

export function renameDirectory(scene: Scene, deed: DeedOf<'rename-directory'>): void {
  const node = scene.node(deed.node);
  const [from] = drawn(scene.dice, foldersIn(node, deed.within), 1);
  if (from === undefined) return;
  const to = `${folderOf(from)}/moved-${scene.id}`;
  node.files.rename(`${node.root}/${from}`, `${node.root}/${to}`, 'operator');
}

export function removeDirectory(scene: Scene, deed: DeedOf<'remove-directory'>): void {
  const node = scene.node(deed.node);
  const [directory] = drawn(scene.dice, foldersIn(node, deed.within), 1);
  if (directory !== undefined) node.files.remove(`${node.root}/${directory}`, 'operator');
}

export function chmod(scene: Scene, deed: DeedOf<'chmod'>): void {
  const node = scene.node(deed.node);
  for (const path of picked(scene, deed, deed.count)) node.files.chmod(`${node.root}/${path}`, deed.mode, 'operator');
}

export function empty(scene: Scene, deed: DeedOf<'empty-file'>): void {
  const node = scene.node(deed.node);
  for (const path of picked(scene, deed, deed.count))
    node.files.write(`${node.root}/${path}`, new Uint8Array(0), 'operator');
}

/** A file too small to hold another record is left as it is. */
export function writeUnseen(scene: Scene, deed: DeedOf<'write-unseen'>): void {
  const node = scene.node(deed.node);
  for (const [index, path] of picked(scene, deed, deed.count).entries()) {
    const size = node.files.read(`${node.root}/${path}`)?.length ?? 0;
    const content = fresh(scene, node, path, index, size);
    if (content.length === size) node.files.writeUnseen(`${node.root}/${path}`, content, 'operator');
  }
}
