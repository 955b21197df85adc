/** Names as a manager's files have them, and what is there to be worked on. Paths are relative to R. */
import { isStagedName } from '@muster/tree';
import type { Dice } from '../dice.ts';
import type { WorkedDirectory } from '../plan/workload-deeds.ts';
import type { SimNode } from '../world/world.ts';

export const keysPath = 'etc/client.keys';
/** Where Muster keeps what is its own. */
export const stateFolder = 'queue/cluster/muster';

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Every regular file that lies there, sorted. Our own staged files are left alone: no operator knows them. */
export function filesIn(node: SimNode, directory: string): readonly string[] {
  const start = node.root.length + 1;
  return node.files
    .filesBelow(`${node.root}/${directory}`)
    .map(([path]) => path.slice(start))
    .filter((path) => !isStagedName(nameOf(path)));
}

/** Something that is no regular file stands there. What is written to a link goes where no deed may write: the node's configuration. */
export const isNoFile = (node: SimNode, path: string): boolean =>
  node.files.exists(`${node.root}/${path}`) && !filesIn(node, folderOf(path)).includes(path);

/** Directories below this one that hold a file somewhere, sorted; itself not. */
export function foldersIn(node: SimNode, directory: string): readonly string[] {
  const found = new Set<string>();
  for (const path of filesIn(node, directory))
    for (let at = folderOf(path); at.length > directory.length; at = folderOf(at)) found.add(at);
  return [...found].sort();
}

/** So many different ones, in the order drawn; fewer when there are fewer. */
export function drawn<T>(dice: Dice, list: readonly T[], count: number): readonly T[] {
  const left = [...list];
  const taken: T[] = [];
  while (taken.length < count && left.length > 0) taken.push(...left.splice(dice.int(0, left.length - 1), 1));
  return taken;
}

const groups = ['default', 'linux', 'windows', 'web-servers', 'db_ü'];

/** A name for a new file of this directory. `number` makes it unique; where no other part of it does, so does the folder. */
export function newPath(dice: Dice, directory: WorkedDirectory, number: string): string {
  switch (directory) {
    case 'etc/rules':
      return dice.pick([`${directory}/${number}_rules.xml`, `${directory}/custom/${number}_rules.xml`]);
    case 'etc/decoders':
      return `${directory}/${number}_decoders.xml`;
    case 'etc/lists':
      return dice.pick([`${directory}/list-${number}`, `${directory}/amazon/aws-${number}`]);
    case 'etc/shared':
      return `${directory}/${dice.pick(groups)}/${dice.pick(['cis', 'rootkit', 'agent'])}-${number}.txt`;
    case 'var/multigroups':
      return `${directory}/${multigroup(number)}/merged.mg`;
  }
}

/** Eight hex digits of a number's text. */
const multigroup = (number: string): string => Buffer.from(number).toString('hex').padStart(8, '0').slice(-16);
