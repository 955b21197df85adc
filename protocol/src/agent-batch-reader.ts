/** The other end of `packBatch`. What a peer claims is checked before anything is made of it. */
import { Buffer } from 'node:buffer';
import {
  type AgentInfo,
  type AgentInfoField,
  type AgentStatus,
  agentInfoFields,
  agentStatuses,
  MAX_AGENT_ID,
  statusCodes,
} from './agent.ts';
import { DISCONNECTED, FULL, LABELS } from './agent-batch.ts';
import type { AgentStatuses } from './catalogue/agent-info.ts';
import { MAX_AGENT_ROWS, MAX_AGENT_STRING, MAX_AGENT_STRINGS, MAX_FULL_ROWS, MAX_LABELS } from './limits.ts';
import { type PackedReader, packedReader } from './packed-bytes.ts';
import { isTorn } from './utf8.ts';

/** One row of a batch: an `AgentUpdate` whose times are ages before the batch's `sentMs`, ms, whole. */
export interface BatchRow {
  readonly id: number;
  readonly revision: number;
  readonly ageMs: number;
  readonly status: AgentStatus;
  readonly code: number;
  /** Absent: it is not disconnected. */
  readonly disconnectedAgeMs?: number;
  /** Absent: this says only that it lives, or how. */
  readonly info?: AgentInfo;
}

/** `text`: plain words that quote nothing of the peer. A peer whose batch cannot be read broke the protocol. */
export type UnpackedBatch =
  | { readonly ok: true; readonly rows: readonly BatchRow[] }
  | { readonly ok: false; readonly text: string };

class Unreadable extends Error {}
const refuse = (text: string): never => {
  throw new Unreadable(text);
};

/** Rows in the sender's order. Never throws. */
export function unpackBatch(message: AgentStatuses): UnpackedBatch {
  try {
    return { ok: true, rows: readRows(message) };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, text: error.message };
    throw error;
  }
}

function readRows(message: AgentStatuses): readonly BatchRow[] {
  const reader = packedReader(message.rows);
  const count = reader.count();
  if (count > MAX_AGENT_ROWS) refuse(`a batch of more than ${MAX_AGENT_ROWS} agents`);
  const base = reader.count();
  const texts = textsOf(message, reader);
  const state: Reading = { reader, base, text: texts, id: 0, info: noInfo, full: 0 };
  const seen = new Set<number>();
  const rows: BatchRow[] = [];
  for (let i = 0; i < count; i++) {
    const row = readRow(state);
    if (!reader.fine()) refuse('a batch that ends inside a row');
    if (seen.has(row.id)) refuse('a batch with an agent twice');
    seen.add(row.id);
    rows.push(row);
  }
  if (!reader.ended()) refuse('a batch with more bytes than its rows have');
  return rows;
}

const noInfo: AgentInfo = {
  ...(Object.fromEntries(agentInfoFields.map((field) => [field, ''])) as Record<AgentInfoField, string>),
  labels: [],
};

interface Reading {
  readonly reader: PackedReader;
  readonly base: number;
  readonly text: (index: number) => string;
  id: number;
  info: AgentInfo;
  full: number;
}

/** By index: even ones are plain, odd ones sums. */
function textsOf({ texts, sums }: AgentStatuses, reader: PackedReader): (index: number) => string {
  if (sums.length % 16 !== 0) refuse('a batch with part of a sum');
  const hex = Buffer.from(sums.buffer, sums.byteOffset, sums.length).toString('hex');
  const count = reader.count();
  if (count > MAX_AGENT_STRINGS) refuse(`a batch of more than ${MAX_AGENT_STRINGS} texts`);
  const plain: string[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = reader.count();
    if (length > MAX_AGENT_STRING) refuse(`a batch with a text of more than ${MAX_AGENT_STRING} characters`);
    plain.push(texts.slice(at, at + length));
    at += length;
  }
  if (at !== texts.length) refuse('a batch whose texts are not as long as it says');
  if (plain.some(isTorn)) refuse('a batch whose texts are cut inside a character');
  return (index) => {
    const half = Math.floor(index / 2);
    if (index % 2 === 1 && half < sums.length / 16) return hex.slice(32 * half, 32 * half + 32);
    return (index % 2 === 0 ? plain[half] : undefined) ?? refuse('a batch that names a text which it does not have');
  };
}

function readRow(state: Reading): BatchRow {
  const { reader } = state;
  const head = reader.count();
  const code = (head >>> 2) & 7;
  if (head >= 2 * FULL || code >= statusCodes.length) refuse('a batch with an unknown kind of row');
  const id = state.id + reader.near();
  const revision = state.base + reader.count();
  if (reader.fine() && (id < 1 || id > MAX_AGENT_ID)) refuse('a batch with an id that no agent has');
  if (revision > Number.MAX_SAFE_INTEGER) refuse('a batch with a revision beyond 2^53');
  state.id = id;
  const ageMs = reader.count();
  const away = head & DISCONNECTED ? { disconnectedAgeMs: reader.count() } : undefined;
  const info = head & FULL ? { info: readInfo(state) } : undefined;
  return { id, revision, ageMs, status: agentStatuses[head & 3]!, code, ...away, ...info };
}

function readInfo(state: Reading): AgentInfo {
  const { reader, text } = state;
  if (++state.full > MAX_FULL_ROWS)
    refuse(`a batch of more than ${MAX_FULL_ROWS} agents with all that is known of them`);
  const mask = reader.count();
  if (mask >= 2 * LABELS) refuse('a batch with an unknown field');
  const info: { -readonly [F in AgentInfoField]: string } & { labels: AgentInfo['labels'] } = { ...state.info };
  for (let i = 0; i < agentInfoFields.length; i++)
    if (mask & (1 << i)) info[agentInfoFields[i]!] = text(reader.count());
  if (mask & LABELS) info.labels = readLabels(reader, text);
  state.info = info;
  return info;
}

function readLabels(reader: PackedReader, text: (index: number) => string): AgentInfo['labels'] {
  const count = reader.count();
  if (count > MAX_LABELS) refuse(`a batch with more than ${MAX_LABELS} labels of one agent`);
  return Array.from({ length: count }, () => [text(reader.count()), text(reader.count())] as const);
}
