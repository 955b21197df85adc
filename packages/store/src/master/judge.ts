/** Silence: who was not heard for too long is disconnected. */
import type { Draft } from '../rows/draft.ts';
import type { RowIndex } from '../rows/index-of-rows.ts';
import type { Cell } from '../rows/layout.ts';
import { change, idsIn, type Parts, pieces } from './parts.ts';
import { nodeOf, seenOf, setStatus, setUnpublished } from './row.ts';
import { canBeSilent } from './view.ts';

/** Code 4, `no-keep-alive` (`reference/agent-info.md` 3). */
const NO_KEEP_ALIVE = 4;

/** `MasterAgents.judge`. Some thousand agents a transaction. */
export async function judge(
  parts: Parts,
  beforeMs: number,
  nowMs: number,
  spared: (node: string) => boolean,
): Promise<readonly number[]> {
  const { rows, names, view } = parts;
  const isDue = (cell: Cell): boolean =>
    canBeSilent(cell) && seenOf(cell) < beforeMs && !spared(names.nameOf(nodeOf(cell)));
  const judged: number[] = [];
  for (const blocks of view.oldest.due(beforeMs, (block) => oldestOf(rows, block))) {
    const due = blocks.flatMap((block) => idsIn(rows, block, isDue));
    for (const ids of pieces(due))
      judged.push(...(await change(parts, (draft) => disconnect(draft, ids, isDue, nowMs))));
  }
  return judged;
}

function oldestOf(rows: RowIndex, block: number): number {
  let least = Number.POSITIVE_INFINITY;
  rows.each(block, (_id, cell) => {
    if (canBeSilent(cell)) least = Math.min(least, seenOf(cell));
    return true;
  });
  return least;
}

/** Those that are due still: what is on its way to the disk counts. */
function disconnect(
  draft: Draft,
  ids: readonly number[],
  isDue: (cell: Cell) => boolean,
  nowMs: number,
): readonly number[] {
  return ids.filter((id) => {
    const cell = draft.find(id);
    if (cell === undefined || !isDue(cell)) return false;
    setStatus(cell, 'disconnected', NO_KEEP_ALIVE, nowMs);
    setUnpublished(cell, true);
    draft.changed(id);
    return true;
  });
}
