/**
 * What a journal says is done before the journal goes, and stays done when power is lost. What is deleted lies in
 * the trash.
 */
import type { FileChange, ProcessChange } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';
import { digestOf, seconds } from './contents.ts';
import type { PathChange } from './mirror.ts';
import { rowOf } from './rows.ts';
import { journalChange, journalOf, statePath } from './transactions.ts';

export interface Journals {
  /** On a worker's disk. */
  file(change: FileChange): void;
  changed(change: PathChange): void;
  process(change: ProcessChange): void;
}

interface Rename {
  readonly from: string;
  readonly to: string;
}

interface Life {
  /** Of the journal that stands, absolute paths. */
  renames: readonly Rename[];
  harmed: boolean;
  /** The disk failed, or had no space, at some time while it stood. */
  failing: boolean;
  /** Staged files that the node itself removed while it stood. */
  readonly dropped: Set<string>;
  /** When the journal went. */
  doneAt: number;
  /** Names that a loss of power gave back what they had before the transaction that was done. */
  readonly undone: string[];
}

/** A disk writes by itself what is older: ms. */
const writtenMs = 30_000;

export function openJournals(world: World): Journals {
  const { timeline, violate } = world;
  const workers = new Map(world.workers.map((node) => [node.name, node]));
  const lives = new Map<string, Life>();
  const lifeOf = (node: string): Life =>
    rowOf(lives, node, () => ({
      ...{ renames: [], harmed: false, failing: false, doneAt: Number.NEGATIVE_INFINITY },
      ...{ dropped: new Set<string>(), undone: [] },
    }));

  const isFailing = ({ files: { faults } }: SimNode): boolean =>
    faults.failures.length > 0 || faults.freeBytes !== undefined;
  /** Something else than a file in the way of a name makes it fail. */
  const isPossible = ({ files, root }: SimNode, to: string): boolean => {
    if (files.exists(to) && files.read(to) === undefined) return false;
    const parts = to.slice(root.length + 1).split('/');
    return parts.every((_, n) => n === 0 || isDirectory(files, `${root}/${parts.slice(0, n).join('/')}`));
  };
  const ends = (node: SimNode, life: Life): void => {
    const undone =
      life.harmed || life.failing
        ? undefined
        : life.renames.find(
            ({ from, to }) => (node.files.read(from) !== undefined || life.dropped.has(from)) && isPossible(node, to),
          );
    if (undone !== undefined)
      violate(
        'journal',
        `${node.name} removed its journal at ${seconds(timeline.now())} and has not renamed ${undone.from} to ${undone.to}`,
      );
    life.renames = [];
    life.doneAt = timeline.now();
    life.dropped.clear();
  };
  const trashed = ({ node, path, before }: PathChange): boolean =>
    node.files
      .filesBelow(`${node.root}/${statePath}/trash`)
      .some(([kept, bytes]) => kept.endsWith(`/${path}`) && digestOf(bytes) === before?.content?.digest);

  return {
    file: (change) => {
      const node = workers.get(change.node);
      if (node === undefined) return;
      const { kind, path, by } = change;
      const life = lifeOf(node.name);
      if (kind === 'removed' && by === 'node' && life.renames.length > 0) life.dropped.add(path);
      if (by !== 'node') life.renames = life.renames.filter((one) => !isMoved(one, change) && !cameBack(one, change));
      const what = journalChange(change, journalOf(node));
      life.failing = (life.failing && what !== 'begins') || isFailing(node);
      if (what === 'begins') {
        life.renames = renamesOf(node);
        life.harmed = by !== 'node';
        life.dropped.clear();
      } else if (what === 'ends' && by === 'node') ends(node, life);
      else if (what === 'ends') life.renames = [];
    },
    changed: (change) => {
      const { node, path, before, after } = change;
      if (before?.content === undefined) return;
      if (after.by === 'node' && after.content === undefined && !trashed(change))
        violate('trash', `${node.name} deleted ${path} at ${seconds(timeline.now())}, and it is not in the trash`);
      if (after.by !== 'power' || before.by !== 'node') return;
      // Of a mode that nobody has synced a loss of power tells as well.
      if (after.content?.digest === before.content.digest) return;
      const life = lifeOf(node.name);
      if (before.at <= life.doneAt && timeline.now() - before.at < writtenMs) life.undone.push(path);
    },
    process: ({ node: name, what }) => {
      const node = workers.get(name);
      if (node === undefined || what !== 'started') return;
      const life = lifeOf(name);
      const [first] = life.undone.splice(0);
      // A journal that came back with it is rolled forward again.
      if (first === undefined || node.files.exists(journalOf(node))) return;
      violate(
        'journal',
        `a loss of power took back ${first} on ${name}, of a transaction that was done, and its journal is gone`,
      );
    },
  };
}

/** Somebody took its directory away, or brought it back, meanwhile: then it may have failed. */
const isMoved = ({ from, to }: Rename, { kind, path, from: was = path }: FileChange): boolean =>
  kind === 'moved' && [path, was].some((at) => from.startsWith(`${at}/`) || to.startsWith(`${at}/`));

/** The file system that it was staged on was away, maybe right when it was to be renamed, and is mounted again. */
const cameBack = ({ from }: Rename, { kind, path }: FileChange): boolean => kind === 'content' && path === from;

const isDirectory = (files: SimNode['files'], path: string): boolean =>
  files.exists(path) && files.read(path) === undefined;

/** One JSON array a line, its kind first; a journal that is damaged says nothing. */
function renamesOf({ files, root }: SimNode): readonly Rename[] {
  const bytes = files.read(journalOf({ root }));
  const lines = Buffer.from(bytes ?? [])
    .toString('utf8')
    .split('\n')
    .slice(1);
  const rows = lines.flatMap((line): readonly Rename[] => {
    if (!line.startsWith('["renames"')) return [];
    try {
      return (JSON.parse(line) as [string, ...Rename[]]).slice(1) as readonly Rename[];
    } catch {
      return [];
    }
  });
  return rows.map(({ from, to }) => ({ from: `${root}/${from}`, to: `${root}/${to}` }));
}
