/** One agent of a worker, in 48 bytes. */
import { type AgentStatus, type AgentUpdate, agentStatuses } from '@muster/protocol';
import type { Cell } from '../rows/layout.ts';

export const ROW_BYTES = 48;

// Byte 0: status and 1, so that a row that is there is not 0. Times are doubles, ms, node time.
const CODE = 1;
const FLAGS = 2;
const REVISION = 8;
const CONFIRMED = 16;
const SEEN = 24;
const DISCONNECTED = 32;
const INFO_REVISION = 40;

/** What the master shall hear: that it lives or how (1), and all that is known (2). */
const UNSENT = 1;
const UNSENT_INFO = 2;

export const statusOf = ({ view, at }: Cell): AgentStatus => agentStatuses[view.getUint8(at) - 1]!;
export const codeOf = ({ view, at }: Cell): number => view.getUint8(at + CODE);
export const revisionOf = ({ view, at }: Cell): number => view.getFloat64(at + REVISION, true);
/** What the master holds from us; 0: nothing. */
export const confirmedOf = ({ view, at }: Cell): number => view.getFloat64(at + CONFIRMED, true);
export const seenOf = ({ view, at }: Cell): number => view.getFloat64(at + SEEN, true);
export const disconnectedOf = ({ view, at }: Cell): number => view.getFloat64(at + DISCONNECTED, true);
/** The revision with which `AgentInfo` became what it is; 0: there is none. */
export const infoRevisionOf = ({ view, at }: Cell): number => view.getFloat64(at + INFO_REVISION, true);
export const isUnsent = ({ view, at }: Cell): boolean => view.getUint8(at + FLAGS) !== 0;
export const isInfoUnsent = ({ view, at }: Cell): boolean => (view.getUint8(at + FLAGS) & UNSENT_INFO) !== 0;

export function setSeen(cell: Cell, update: Omit<AgentUpdate, 'revision'>, revision: number): void {
  const { view, at } = cell;
  const seenMs = Math.max(seenOf(cell), update.seenMs);
  view.setUint8(at, agentStatuses.indexOf(update.status) + 1);
  view.setUint8(at + CODE, update.code);
  view.setFloat64(at + REVISION, revision, true);
  view.setFloat64(at + SEEN, seenMs, true);
  view.setFloat64(at + DISCONNECTED, update.disconnectedMs, true);
}

export const setConfirmed = ({ view, at }: Cell, revision: number): void =>
  view.setFloat64(at + CONFIRMED, revision, true);
export const setInfoRevision = ({ view, at }: Cell, revision: number): void =>
  view.setFloat64(at + INFO_REVISION, revision, true);

export const setUnsent = ({ view, at }: Cell, unsent: boolean, info: boolean): void =>
  view.setUint8(at + FLAGS, (unsent || info ? UNSENT : 0) | (info ? UNSENT_INFO : 0));

/** Without `info`. */
export const updateOf = (id: number, cell: Cell): AgentUpdate => ({
  id,
  revision: revisionOf(cell),
  seenMs: seenOf(cell),
  status: statusOf(cell),
  code: codeOf(cell),
  disconnectedMs: disconnectedOf(cell),
});
