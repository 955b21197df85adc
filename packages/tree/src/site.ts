/** Where a transaction happens, and the steps that every part of it takes there. */
import type { Disk, DiskStep, Owner, StepOutcome } from './disk.ts';
import { DiskError, isDeviceFault, isStateFault } from './disk-error.ts';
import { pieceItems } from './pieces.ts';
import { type Exclusions, entryOf, type TableEntry } from './selection.ts';

export interface Site {
  readonly disk: Disk;
  /** Absolute path of R. */
  readonly root: string;
  readonly table: readonly TableEntry[];
  readonly exclusions: Exclusions;
  /** Whom written files and directories are given to; left to the system when absent. */
  readonly owner?: Owner | undefined;
  /** Absolute folder of the journal and the trash, of our own. */
  readonly statePath: string;
}

/** Directories are as the reference makes them (`reference/integrity.md` 5). */
export const directoryMode = 0o770;

export const journalPathOf = ({ statePath }: Site): string => `${statePath}/journal`;
export const trashPathOf = ({ statePath }: Site, trash: number): string => `${statePath}/trash/${trash}`;

/** Below which no directory may be a symlink: that of the table entry itself may. `directory` is relative to R. */
export function withinOf({ root, table }: Site, directory: string): { readonly within?: string } {
  const entry = entryOf(table, directory);
  return entry === undefined ? {} : { within: `${root}/${entry.directory}` };
}

export const makeDirectoryStep = (site: Site, path: string): DiskStep => ({
  do: 'make-directory',
  path: `${site.root}/${path}`,
  mode: directoryMode,
  ...(site.owner === undefined ? {} : { owner: site.owner }),
  ...withinOf(site, path),
});

/** Takes the steps; rejects with a `DiskError` when the device is at fault with one, for then nothing is sure. */
export async function takeSteps(site: Site, steps: readonly DiskStep[]): Promise<readonly StepOutcome[]> {
  if (steps.length === 0) return [];
  const outcomes = await site.disk.steps(steps);
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.ok) continue;
    const { code, path } = outcome.failure;
    if (isOwn(site, steps[index]!) ? isStateFault(code) : isDeviceFault(code)) throw new DiskError(code, path);
  }
  return outcomes;
}

/** Of the journal or the trash. What goes from the tree into the trash counts as the tree's. */
function isOwn({ statePath }: Site, step: DiskStep): boolean {
  return (step.do === 'rename' ? step.from : step.path).startsWith(`${statePath}/`);
}

/** A step for each of `items`, thousands at a time, so that others get their turn. */
export async function takeEach<T>(
  site: Site,
  items: readonly T[],
  stepOf: (item: T) => DiskStep,
): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (let at = 0; at < items.length; at += pieceItems) {
    for (const outcome of await takeSteps(site, items.slice(at, at + pieceItems).map(stepOf))) outcomes.push(outcome);
  }
  return outcomes;
}
