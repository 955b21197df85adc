/**
 * Statuses of agents as one message. Every text is said once, sums as bytes, and a full row says only which
 * fields are others than those of the full row before it: what agents of one kind have in common costs nothing.
 */
import { Buffer } from 'node:buffer';
import { type AgentInfo, type AgentUpdate, agentInfoFields, agentStatuses } from './agent.ts';
import type { AgentStatuses } from './catalogue/agent-info.ts';
import { MAX_AGENT_ROWS, MAX_AGENT_STRINGS, MAX_BATCH_BYTES, MAX_FULL_ROWS } from './limits.ts';
import { type PackedWriter, packedWriter } from './packed-bytes.ts';

/** Bits of a row's first byte, above two of status and three of code. */
export const DISCONNECTED = 0x20;
export const FULL = 0x40;
/** Among the bits of `agentInfoFields`: the labels differ. */
export const LABELS = 2 ** agentInfoFields.length;

export interface PackedBatch {
  readonly message: AgentStatuses;
  /** So many of the updates, from the first, are in it; at least 1 when there are any. */
  readonly taken: number;
}

/**
 * As many of `updates` as fit: 1,000, 600 of them with `info`, 6,000 texts, 200 KiB. No agent may be there twice.
 * Times become ages before `sentMs`, whole and not negative. Texts must be well-formed and as short as `AgentInfo` says.
 */
export function packBatch(updates: readonly AgentUpdate[], batch: number, sentMs: number): PackedBatch {
  const base = updates.reduce((least, { revision }) => Math.min(least, revision), Number.MAX_SAFE_INTEGER);
  const packer: Packer = { rows: packedWriter(), texts: openTexts(), base, sentMs, id: 0, info: undefined };
  let taken = 0;
  let full = 0;
  for (const update of updates) {
    if (taken === MAX_AGENT_ROWS || (update.info !== undefined && full === MAX_FULL_ROWS)) break;
    if (!addRow(packer, update, taken === 0)) break;
    taken += 1;
    if (update.info !== undefined) full += 1;
  }
  return { message: messageOf(packer, taken, batch), taken };
}

interface Packer {
  readonly rows: PackedWriter;
  readonly texts: Texts;
  readonly base: number;
  readonly sentMs: number;
  /** Of the row before. */
  id: number;
  /** Of the full row before. */
  info: AgentInfo | undefined;
}

/** False, and nothing is changed, when it is too much; `first` never is. */
function addRow(packer: Packer, update: AgentUpdate, first: boolean): boolean {
  const { rows, texts } = packer;
  const length = rows.length();
  const mark = texts.mark();
  writeRow(packer, update);
  const tooMuch = rows.length() + texts.bytes() > MAX_BATCH_BYTES || texts.count() > MAX_AGENT_STRINGS;
  if (tooMuch && !first) {
    rows.truncate(length);
    texts.backTo(mark);
    return false;
  }
  packer.id = update.id;
  packer.info = update.info ?? packer.info;
  return true;
}

function writeRow({ rows, texts, base, sentMs, id, info }: Packer, update: AgentUpdate): void {
  const away = update.disconnectedMs > 0;
  const status = agentStatuses.indexOf(update.status);
  rows.count(status | (update.code << 2) | (away ? DISCONNECTED : 0) | (update.info === undefined ? 0 : FULL));
  rows.near(update.id - id);
  rows.count(update.revision - base);
  rows.count(ageOf(update.seenMs, sentMs));
  if (away) rows.count(ageOf(update.disconnectedMs, sentMs));
  if (update.info !== undefined) writeInfo(rows, texts, update.info, info);
}

const ageOf = (timeMs: number, sentMs: number): number => Math.max(0, Math.round(sentMs - timeMs));

function writeInfo(rows: PackedWriter, texts: Texts, info: AgentInfo, before: AgentInfo | undefined): void {
  const differing = agentInfoFields.filter((field) => info[field] !== (before?.[field] ?? ''));
  const labels = !sameLabels(info.labels, before?.labels ?? []);
  let mask = labels ? LABELS : 0;
  for (const field of differing) mask |= 1 << agentInfoFields.indexOf(field);
  rows.count(mask);
  for (const field of differing) rows.count(texts.indexOf(info[field]));
  if (!labels) return;
  rows.count(info.labels.length);
  for (const text of info.labels.flat()) rows.count(texts.indexOf(text));
}

const sameLabels = (one: AgentInfo['labels'], other: AgentInfo['labels']): boolean =>
  one === other ||
  (one.length === other.length && one.every(([key, value], i) => other[i]![0] === key && other[i]![1] === value));

function messageOf({ rows, texts, base, sentMs }: Packer, taken: number, batch: number): AgentStatuses {
  const head = packedWriter();
  head.count(taken);
  head.count(taken === 0 ? 0 : base);
  head.count(texts.plain().length);
  for (const { length } of texts.plain()) head.count(length);
  return {
    type: 'agent-statuses',
    batch,
    sentMs,
    texts: texts.plain().join(''),
    sums: Buffer.from(texts.sums().join(''), 'hex'),
    rows: Buffer.concat([head.finish(), rows.finish()]),
  };
}

/** The texts of one batch, each once: plain ones and sums are numbered apart, even and odd. */
interface Texts {
  indexOf(text: string): number;
  readonly plain: () => readonly string[];
  readonly sums: () => readonly string[];
  readonly count: () => number;
  /** At most so many on the wire, lengths included. */
  readonly bytes: () => number;
  readonly mark: () => Mark;
  /** Forgets what came after `mark`. */
  backTo(mark: Mark): void;
}
interface Mark {
  readonly plain: number;
  readonly sums: number;
  readonly bytes: number;
}

const isSum = (text: string): boolean => text.length === 32 && /^[0-9a-f]{32}$/.test(text);

function openTexts(): Texts {
  const known = new Map<string, number>();
  const plain: string[] = [];
  const sums: string[] = [];
  let bytes = 0;
  const add = (text: string): number => {
    const sum = isSum(text);
    const list = sum ? sums : plain;
    const index = 2 * list.length + (sum ? 1 : 0);
    list.push(text);
    known.set(text, index);
    bytes += sum ? 16 : Buffer.byteLength(text) + 2;
    return index;
  };
  const cut = (list: string[], length: number): void => {
    for (const text of list.splice(length)) known.delete(text);
  };
  return {
    indexOf: (text) => known.get(text) ?? add(text),
    plain: () => plain,
    sums: () => sums,
    count: () => known.size,
    bytes: () => bytes,
    mark: () => ({ plain: plain.length, sums: sums.length, bytes }),
    backTo: (mark) => {
      cut(plain, mark.plain);
      cut(sums, mark.sums);
      bytes = mark.bytes;
    },
  };
}
