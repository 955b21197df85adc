/** In which step of a transaction a process died, and that the next one made good what it left. */
import type { FileChange, LogLine, ProcessChange } from '../happenings.ts';
import { rowOf } from '../invariants/rows.ts';
import { journalChange, journalOf, statePath } from '../invariants/transactions.ts';
import { isStaged } from '../invariants/whole-files.ts';
import type { SimNode, World } from '../world/world.ts';
import type { SituationName } from './list.ts';
import type { Met } from './met.ts';

export interface CrashStories {
  file(change: FileChange): void;
  process(change: ProcessChange): void;
  log(line: LogLine): void;
}

interface Life {
  readonly staged: Set<string>;
  /** Of the journal that stands: what is to be done, and what was. */
  journal: { readonly renames: number; readonly removals: number; renamed: number; removed: number } | undefined;
  /** What a process that died has left for the next one. */
  left: readonly SituationName[];
}

export function crashStories(world: World, met: Met): CrashStories {
  const lives = new Map<string, Life>();
  const nodes = new Map(world.workers.map((node) => [node.name, node]));
  const lifeOf = (node: string): Life =>
    rowOf(lives, node, () => ({ staged: new Set(), journal: undefined, left: [] }));
  const noteJournal = (node: SimNode, change: FileChange, life: Life): void => {
    const what = journalChange(change, journalOf(node));
    if (what === 'begins') life.journal = stepsOf(node.files.read(journalOf(node)));
    if (what === 'ends' && change.by === 'power') met('power took the journal');
    if (what === 'ends') life.journal = undefined;
  };
  const died = (life: Life, how: ProcessChange['what']): void => {
    const step = stepOf(life);
    life.left = [
      ...(step === undefined ? [] : [step]),
      ...(step?.startsWith('replayed') === true && how === 'power-lost'
        ? (['replayed: after a loss of power'] as const)
        : []),
      ...(step?.startsWith('replayed') === true && life.left.some((one) => one.startsWith('replayed'))
        ? (['replayed: by a second process'] as const)
        : []),
    ];
    if (step === undefined) met('killed while idle');
  };
  return {
    file: (change) => {
      const node = nodes.get(change.node);
      if (node === undefined) return;
      const life = lifeOf(change.node);
      noteJournal(node, change, life);
      const { kind, path, from, by } = change;
      if (kind === 'content' && isStaged(path)) life.staged.add(path);
      if (kind === 'removed') life.staged.delete(path);
      if (kind !== 'moved' || from === undefined || by !== 'node') return;
      if (life.staged.delete(from) && life.journal !== undefined) life.journal.renamed += 1;
      if (path.includes(`/${statePath}/trash/`) && life.journal !== undefined) life.journal.removed += 1;
    },
    process: ({ node, what }) => {
      const worker = nodes.get(node);
      if (worker === undefined) return;
      const life = lifeOf(node);
      if (what === 'killed' || what === 'power-lost') died(life, what);
      if (what === 'stopping' && (life.staged.size > 0 || life.journal !== undefined))
        met('stopped during a replication');
    },
    log: ({ node, text }) => {
      if (!text.startsWith('An interrupted run left a ')) return;
      const life = lives.get(node);
      if (life === undefined) return;
      const found = text.includes('left a journal') ? 'replayed' : 'cleared';
      for (const name of life.left) if (name.startsWith(found)) met(name);
      life.left = [];
    },
  };
}

function stepOf({ journal, staged }: Life): SituationName | undefined {
  if (journal === undefined) return staged.size > 0 ? 'cleared: killed while staging' : undefined;
  const { renames, removals, renamed, removed } = journal;
  if (renamed >= renames && removed >= removals) return 'replayed: killed before the journal was removed';
  if (renamed + removed === 0) return 'replayed: killed before the first rename';
  if (renamed < renames) return 'replayed: killed amid the renames';
  return removed === 0 ? 'replayed: killed before the deletions' : 'replayed: killed amid the deletions';
}

/** How many renames and removals a journal holds: one JSON array a line, its kind first. */
function stepsOf(bytes: Uint8Array | undefined): NonNullable<Life['journal']> {
  let renames = 0;
  let removals = 0;
  for (const line of Buffer.from(bytes ?? [])
    .toString('utf8')
    .split('\n')
    .slice(1)) {
    const values = valuesOf(line);
    if (values[0] === 'renames') renames += values.length - 1;
    if (values[0] === 'first.files' || values[0] === 'last.files') removals += values.length - 1;
  }
  return { renames, removals, renamed: 0, removed: 0 };
}

/** Of a torn or damaged journal nothing is known. */
function valuesOf(line: string): readonly unknown[] {
  try {
    const row: unknown = JSON.parse(line);
    return Array.isArray(row) ? row : [];
  } catch {
    return [];
  }
}
