/** One agent on the master, in 48 bytes. */
import { type AgentStatus, agentStatuses } from '@muster/protocol';
import type { KnownAgent } from '../agents.ts';
import type { Cell } from '../rows/layout.ts';

export const ROW_BYTES = 48;

// Byte 0: status and 1, so that a row that is there is not 0. Times are doubles, ms, node time.
const CODE = 1;
const FLAGS = 2;
const NODE = 4;
const INFO_NODE = 6;
const REVISION = 8;
const SEEN = 16;
const DISCONNECTED = 24;
const SINCE = 32;

/** Its newest update was not yet written to the manager beside us. */
const UNPUBLISHED = 1;

export const statusOf = ({ view, at }: Cell): AgentStatus => agentStatuses[view.getUint8(at) - 1]!;
export const codeOf = ({ view, at }: Cell): number => view.getUint8(at + CODE);
/** A number of `Names`. */
export const nodeOf = ({ view, at }: Cell): number => view.getUint16(at + NODE, true);
/** Of which node its `AgentInfo` is; 0: there is none. */
export const infoNodeOf = ({ view, at }: Cell): number => view.getUint16(at + INFO_NODE, true);
export const revisionOf = ({ view, at }: Cell): number => view.getFloat64(at + REVISION, true);
export const seenOf = ({ view, at }: Cell): number => view.getFloat64(at + SEEN, true);
export const disconnectedOf = ({ view, at }: Cell): number => view.getFloat64(at + DISCONNECTED, true);
/** When it was first heard at `nodeOf`. */
export const sinceOf = ({ view, at }: Cell): number => view.getFloat64(at + SINCE, true);
export const isUnpublished = ({ view, at }: Cell): boolean => (view.getUint8(at + FLAGS) & UNPUBLISHED) !== 0;

export function setStatus({ view, at }: Cell, status: AgentStatus, code: number, disconnectedMs: number): void {
  view.setUint8(at, agentStatuses.indexOf(status) + 1);
  view.setUint8(at + CODE, code);
  view.setFloat64(at + DISCONNECTED, disconnectedMs, true);
}

export function setHeard({ view, at }: Cell, revision: number, seenMs: number): void {
  view.setFloat64(at + REVISION, revision, true);
  view.setFloat64(at + SEEN, seenMs, true);
}

export const setNode = ({ view, at }: Cell, node: number): void => view.setUint16(at + NODE, node, true);
export const setInfoNode = ({ view, at }: Cell, node: number): void => view.setUint16(at + INFO_NODE, node, true);
export const setSince = ({ view, at }: Cell, ms: number): void => view.setFloat64(at + SINCE, ms, true);

export function setUnpublished({ view, at }: Cell, unpublished: boolean): void {
  const flags = view.getUint8(at + FLAGS);
  view.setUint8(at + FLAGS, unpublished ? flags | UNPUBLISHED : flags & ~UNPUBLISHED);
}

export const knownAgent = (id: number, cell: Cell, nameOf: (node: number) => string): KnownAgent => ({
  id,
  revision: revisionOf(cell),
  seenMs: seenOf(cell),
  status: statusOf(cell),
  code: codeOf(cell),
  disconnectedMs: disconnectedOf(cell),
  node: nameOf(nodeOf(cell)),
});
