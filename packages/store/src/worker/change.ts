/** What becomes of a worker's rows, inside the transaction. */
import { type AgentInfo, type AgentUpdate, fitInfo, type MergeOutcome } from '@muster/protocol';
import { wordKey } from '../bytes.ts';
import type { WritableTable } from '../kv.ts';
import type { Draft } from '../rows/draft.ts';
import { encodeInfo, sameBytes } from '../rows/info.ts';
import { type Cell, isThere } from '../rows/layout.ts';
import {
  codeOf,
  confirmedOf,
  disconnectedOf,
  infoRevisionOf,
  isInfoUnsent,
  revisionOf,
  seenOf,
  setConfirmed,
  setInfoRevision,
  setSeen,
  setUnsent,
  statusOf,
} from './row.ts';

export type Seen = Omit<AgentUpdate, 'revision'>;

/** Gives `seen` the revision of `next` when it says something new. */
export function observeOne(rows: Draft, infos: WritableTable, seen: Seen, next: () => number): boolean {
  const cell = rows.cell(seen.id);
  const bytes = newInfo(infos, cell, seen);
  if (bytes === undefined && !saysMore(cell, seen)) return false;
  const revision = next();
  const infoUnsent = isInfoUnsent(cell) || bytes !== undefined;
  setSeen(cell, seen, revision);
  setUnsent(cell, true, infoUnsent);
  if (bytes !== undefined) {
    infos.put(wordKey(seen.id), bytes);
    setInfoRevision(cell, revision);
  }
  rows.changed(seen.id);
  return true;
}

function newInfo(infos: WritableTable, cell: Cell, { id, info }: Seen): Uint8Array | undefined {
  if (info === undefined) return undefined;
  // What the manager beside us says is nobody's promise; what cannot be sent would stay unsent for ever.
  const bytes = encodeInfo(fitInfo(info));
  const held = infoRevisionOf(cell) === 0 ? undefined : infos.get(wordKey(id));
  return held !== undefined && sameBytes(held, bytes) ? undefined : bytes;
}

const saysMore = (cell: Cell, { seenMs, status, code, disconnectedMs }: Seen): boolean =>
  !isThere(cell) ||
  seenMs > seenOf(cell) ||
  status !== statusOf(cell) ||
  code !== codeOf(cell) ||
  disconnectedMs !== disconnectedOf(cell);

/** The master's answer to what was sent. */
export function confirmAll(rows: Draft, updates: readonly AgentUpdate[], outcome: MergeOutcome): void {
  const gone = new Set([...outcome.lost, ...outcome.unknown]);
  const wanted = new Set(outcome.wanted);
  for (const update of updates) {
    const cell = rows.find(update.id);
    if (cell === undefined) continue;
    setConfirmed(cell, gone.has(update.id) ? 0 : update.revision);
    confirmOne(cell, update, wanted.has(update.id));
    rows.changed(update.id);
  }
}

/** What was seen since it was sent waits still; what is not taken is judged again when there is something new to say. */
function confirmOne(
  cell: Cell,
  { revision, info }: { readonly revision: number; readonly info?: AgentInfo },
  wanted: boolean,
): void {
  const newer = revisionOf(cell) > revision;
  const infoSent = info !== undefined && infoRevisionOf(cell) <= revision;
  const infoUnsent = wanted || (isInfoUnsent(cell) && !infoSent);
  setUnsent(cell, newer, infoUnsent && infoRevisionOf(cell) > 0);
}

/** They are to be sent whole. */
export function resendAll(rows: Draft, ids: readonly number[]): void {
  for (const id of ids) {
    const cell = rows.find(id);
    if (cell === undefined) continue;
    setUnsent(cell, true, infoRevisionOf(cell) > 0);
    rows.changed(id);
  }
}

/** Another node has them. */
export function moveAll(rows: Draft, ids: readonly number[]): void {
  for (const id of ids) {
    const cell = rows.find(id);
    if (cell === undefined || confirmedOf(cell) === 0) continue;
    setConfirmed(cell, 0);
    rows.changed(id);
  }
}
