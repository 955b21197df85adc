/** What operators do that Muster must bear: names, sizes and kinds of files that it does not take, and writers that take their time. */
import type { DeedOf } from '../plan/deed.ts';
import { contentOf } from './contents.ts';
import { fresh, operatorOf, picked } from './files.ts';
import { drawn, filesIn, foldersIn, isNoFile, nameOf, newPath } from './paths.ts';
import type { Scene } from './scene.ts';

/** A new file, or one that is in the tree already. */
export function oversize(scene: Scene, deed: DeedOf<'oversize'>): void {
  const node = scene.node(deed.node);
  const anew = newPath(scene.dice, deed.within, `${scene.id}.0`);
  const [known] = picked(scene, deed, 1);
  const path = scene.dice.chance(0.5) ? anew : (known ?? anew);
  node.files.write(`${node.root}/${path}`, fresh(scene, node, path, 0, deed.bytes), 'operator');
  scene.litter(node, path);
}

/** A name that is never synchronised: neither sent, nor deleted by anybody. */
export function excludedName(scene: Scene, deed: DeedOf<'excluded-name'>): void {
  const node = scene.node(deed.node);
  const [folder] = drawn(scene.dice, [deed.within, ...foldersIn(node, deed.within)], 1);
  const path = `${folder}/${deed.name}`;
  const at = `${node.root}/${path}`;
  const content = fresh(scene, node, path, 0, 64);
  if (isNoFile(node, path)) node.files.replace(at, content, 'operator');
  else node.files.write(at, content, 'operator');
}

/** Longer than the 255 bytes of a name that a system takes are given only as a path: one of many deep folders. */
function brokenPath(within: string, how: DeedOf<'broken-name'>['how'], id: string): string {
  switch (how) {
    case 'newline':
      return `${within}/two\nlines-${id}`;
    case 'backslash':
      return `${within}/back\\slash-${id}`;
    case 'not-utf8':
      return `${within}/latin-\udce9-${id}`;
    case 'too-long':
      return `${within}/${id}-${'x'.repeat(254 - id.length)}`;
    case 'deep':
      return `${within}/${Array.from({ length: 16 }, () => `${id}-${'d'.repeat(240)}`).join('/')}/file`;
  }
}

export function brokenName(scene: Scene, deed: DeedOf<'broken-name'>): void {
  const node = scene.node(deed.node);
  const path = brokenPath(deed.within, deed.how, scene.id);
  node.files.write(`${node.root}/${path}`, fresh(scene, node, path, 0, 64), 'operator');
  scene.litter(
    node,
    path
      .split('/')
      .slice(0, deed.within.split('/').length + 1)
      .join('/'),
  );
}

/** In the place of a file that is there, or beside. */
export function symlink(scene: Scene, deed: DeedOf<'symlink'>): void {
  const { dice } = scene;
  const node = scene.node(deed.node);
  const [known, other] = picked(scene, deed, 2);
  const beside = `${deed.within}/link-${scene.id}`;
  const path = dice.chance(0.3) ? (known ?? beside) : beside;
  node.files.remove(`${node.root}/${path}`, 'operator');
  node.files.symlink(`${node.root}/${path}`, targetOf(deed, node.root, other), 'operator');
  scene.litter(node, path);
}

function targetOf({ to, within }: DeedOf<'symlink'>, root: string, file: string | undefined): string {
  switch (to) {
    case 'nowhere':
      return 'no-such-file';
    case 'outside':
      return `${root}/etc/ossec.conf`;
    case 'directory':
      return `${root}/${within}`;
    case 'file':
      return `${root}/${file ?? `${within}/no-such-file`}`;
  }
}

/**
 * Truncated, then piece by piece; whoever reads it in between reads a part. At the healing the rest is written at once.
 * Where something else was put in its place meanwhile, the writer writes on to what nobody sees any more.
 */
export function slowWrite(scene: Scene, deed: DeedOf<'slow-write'>): void {
  const node = scene.node(deed.node);
  const anew = newPath(scene.dice, deed.within, `${scene.id}.0`);
  const [known] = picked(scene, deed, 1);
  const path = scene.dice.chance(0.5) ? anew : (known ?? anew);
  const content = contentOf({ path, by: operatorOf(node), number: `${scene.id}.0` }, deed.bytes);
  const write = (pieces: number): void => {
    if (isNoFile(node, path)) return;
    const length = Math.ceil((content.length * pieces) / deed.pieces);
    node.files.write(`${node.root}/${path}`, content.subarray(0, length), 'operator');
  };
  scene.repeat(deed.pieces, deed.forMs / deed.pieces, write);
  scene.lasts(deed.forMs, () => write(deed.pieces));
}

/**
 * A directory in the place of a file, or a file in the place of a directory. Of multigroups Muster knows one
 * name of file alone: another one in the place of a directory stays in its way until somebody removes it.
 */
export function swapKind(scene: Scene, deed: DeedOf<'swap-kind'>): void {
  const node = scene.node(deed.node);
  const all = deed.to === 'directory' ? filesIn(node, deed.within) : foldersIn(node, deed.within);
  const [path] = drawn(scene.dice, all, 1);
  if (path === undefined) return;
  node.files.remove(`${node.root}/${path}`, 'operator');
  const at = deed.to === 'directory' ? `${path}/${nameOf(path)}` : path;
  node.files.write(`${node.root}/${at}`, fresh(scene, node, at, 0, 200), 'operator');
  if (deed.within === 'var/multigroups' && deed.to === 'file') scene.litter(node, at);
}
