/** Newest wins: what becomes of one batch, inside the transaction. */
import { type AgentUpdate, fitInfo } from '@muster/protocol';
import { wordKey } from '../bytes.ts';
import type { WritableTable } from '../kv.ts';
import type { Draft } from '../rows/draft.ts';
import { encodeInfo, sameBytes } from '../rows/info.ts';
import { type Cell, isThere } from '../rows/layout.ts';
import { addStation } from './history.ts';
import {
  infoNodeOf,
  nodeOf,
  revisionOf,
  seenOf,
  setHeard,
  setInfoNode,
  setNode,
  setSince,
  setStatus,
  setUnpublished,
  sinceOf,
} from './row.ts';

export interface Merging {
  readonly rows: Draft;
  readonly infos: WritableTable;
  readonly histories: WritableTable;
  readonly node: number;
  readonly nameOf: (node: number) => string;
}

/** `old`: what is held of this node is as new. `lost`: what is held of another is newer. */
export type Verdict = 'taken' | 'old' | 'lost';

/**
 * How much older than what is held an update may be when nobody has the agent: its node takes up again what it had,
 * and the offset between clocks is measured anew (`reference/agent-info.md` 4, "Clock skew").
 */
export const SLACK_MS = 2_000;

/** Applies `update`; `wanted`: it is held, and what is known of the agent is missing or another node's. */
export function mergeOne(
  merging: Merging,
  update: AgentUpdate,
): { readonly verdict: Verdict; readonly wanted: boolean; readonly from: number } {
  const cell = merging.rows.cell(update.id);
  const from = isThere(cell) ? nodeOf(cell) : 0;
  const verdict = verdictOn(merging, cell, update);
  if (verdict === 'lost') return { verdict, wanted: false, from };
  if (verdict === 'taken') take(merging, cell, update);
  // What came late says nothing of what is known now.
  if (update.info !== undefined && update.revision === revisionOf(cell)) keepInfo(merging, cell, update);
  return { verdict, wanted: infoNodeOf(cell) !== merging.node, from };
}

function verdictOn({ node, nameOf }: Merging, cell: Cell, update: AgentUpdate): Verdict {
  if (!isThere(cell)) return 'taken';
  const held = nodeOf(cell);
  if (held === node) return update.revision > revisionOf(cell) ? 'taken' : 'old';
  const older = update.seenMs - seenOf(cell);
  if (held === 0) return older >= -SLACK_MS ? 'taken' : 'lost';
  if (older !== 0) return older > 0 ? 'taken' : 'lost';
  return nameOf(node) > nameOf(held) ? 'taken' : 'lost';
}

function take({ rows, histories, node, nameOf }: Merging, cell: Cell, update: AgentUpdate): void {
  const from = nodeOf(cell);
  if (from !== node) {
    if (from !== 0) addStation(histories, update.id, { node: nameOf(from), sinceMs: sinceOf(cell) });
    setNode(cell, node);
    setSince(cell, update.seenMs);
  }
  setStatus(cell, update.status, update.code, update.disconnectedMs);
  setHeard(cell, update.revision, update.seenMs);
  setUnpublished(cell, true);
  rows.changed(update.id);
}

/** Only of a node that has the agent. What is the same is not written again. */
function keepInfo({ rows, infos, node }: Merging, cell: Cell, { id, info }: AgentUpdate): void {
  // A peer's was checked; that of the manager beside us is nobody's promise.
  const bytes = encodeInfo(fitInfo(info!));
  const key = wordKey(id);
  const held = infoNodeOf(cell) === 0 ? undefined : infos.get(key);
  if (held === undefined || !sameBytes(held, bytes)) {
    infos.put(key, bytes);
    setUnpublished(cell, true);
    rows.changed(id);
  }
  if (infoNodeOf(cell) === node) return;
  setInfoNode(cell, node);
  rows.changed(id);
}
