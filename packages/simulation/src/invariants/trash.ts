/** Eight deletions can be undone: a folder of the trash is cleared only while eight newer ones are there (ADR 0011). */
import type { FileChange } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';
import { seconds } from './contents.ts';
import { rowOf } from './rows.ts';
import { statePath } from './transactions.ts';

export interface Trash {
  /** On any machine's disk, in the order in which it happens. */
  file(change: FileChange): void;
}

/** Said here anew: the product's own number is not asked. */
const kept = 8;
const numbered = /^([1-9][0-9]{0,14})(?:\/|$)/;

export function openTrash({ workers, timeline, violate }: World): Trash {
  const nodes = new Map(workers.map((node) => [node.name, node]));
  /** The folders that ever were, by node. */
  const all = new Map<string, Set<number>>();

  const newerThan = (node: SimNode, folder: number): number =>
    [...rowOf(all, node.name, () => new Set<number>())].filter(
      (one) => one > folder && node.files.exists(`${trashOf(node)}/${one}`),
    ).length;
  return {
    file: ({ node: name, by, kind, path }) => {
      const node = nodes.get(name);
      const folder = node === undefined ? undefined : folderOf(node, path);
      if (node === undefined || folder === undefined) return;
      if (kind !== 'removed') return void rowOf(all, name, () => new Set<number>()).add(folder);
      if (by !== 'node') return;
      const newer = newerThan(node, folder);
      if (newer >= kept) return;
      violate(
        'trash',
        `${name} cleared ${path} at ${seconds(timeline.now())}, and only ${newer} newer deletions can be undone`,
      );
    },
  };
}

const trashOf = ({ root }: SimNode): string => `${root}/${statePath}/trash`;

/** The folder of the trash in which `path` lies, or which it is. */
function folderOf(node: SimNode, path: string): number | undefined {
  const trash = `${trashOf(node)}/`;
  const folder = path.startsWith(trash) ? numbered.exec(path.slice(trash.length))?.[1] : undefined;
  return folder === undefined ? undefined : Number(folder);
}
