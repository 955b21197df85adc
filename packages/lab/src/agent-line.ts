/**
 * What a simulated agent and the stand-in of remoted say to each other: lines of JSON over TCP.
 *
 * The encrypted protocol of real agents is no part of this project, and nothing here is like it but the order of
 * events: the agent proves that it has the key of its id, says that it starts, then that it lives, and at last
 * that it stops. Every line of the agent but the first is answered by `ack`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What an agent says of itself in a keep-alive. */
export interface AgentReport {
  /** As `uname -a` has it, with the operating system in brackets. */
  readonly uname: string;
  readonly version: string;
  /** MD5 of its configuration. */
  readonly configSum: string;
  /** MD5 of the merged.mg that it has. */
  readonly mergedSum: string;
  readonly labels: readonly (readonly [key: string, value: string])[];
}

export type ToServer =
  | { readonly type: 'hello'; readonly id: number; readonly proof: string }
  | { readonly type: 'startup' }
  | { readonly type: 'keep-alive'; readonly report: AgentReport }
  | { readonly type: 'shutdown' };

export type ToAgent =
  /** First of all: `proof` is made with it. */
  | { readonly type: 'challenge'; readonly nonce: string }
  | { readonly type: 'welcome'; readonly node: string }
  /** The connection is closed after it. */
  | { readonly type: 'refused'; readonly text: string }
  | { readonly type: 'ack' };

/** Bytes of a line: 64 labels of 256 characters fit. */
export const maxLineBytes = 65_536;

/** That whoever answers `nonce` for agent `id` has its key: HMAC-SHA256 in hex. */
export const proofOf = (key: string, nonce: string, id: number): string =>
  createHmac('sha256', key).update(`${nonce} ${id}`).digest('hex');

/** In a time that does not depend on where they differ. */
export function sameProof(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export const lineOf = (message: ToServer | ToAgent): string => `${JSON.stringify(message)}\n`;

/** Undefined: it is none of the lines of an agent. */
export function toServer(line: string): ToServer | undefined {
  const value = parsed(line);
  switch (value?.type) {
    case 'hello':
      return isId(value.id) && isText(value.proof) ? { type: 'hello', id: value.id, proof: value.proof } : undefined;
    case 'startup':
    case 'shutdown':
      return { type: value.type };
    case 'keep-alive':
      return isReport(value.report) ? { type: 'keep-alive', report: value.report } : undefined;
    default:
      return undefined;
  }
}

/** Undefined: it is none of the lines of a server. */
export function toAgent(line: string): ToAgent | undefined {
  const value = parsed(line);
  switch (value?.type) {
    case 'challenge':
      return isText(value.nonce) ? { type: 'challenge', nonce: value.nonce } : undefined;
    case 'welcome':
      return isText(value.node) ? { type: 'welcome', node: value.node } : undefined;
    case 'refused':
      return isText(value.text) ? { type: 'refused', text: value.text } : undefined;
    case 'ack':
      return { type: 'ack' };
    default:
      return undefined;
  }
}

/** What a line may hold, whatever it is. */
type Fields = Readonly<
  Partial<
    Record<
      | 'type'
      | 'id'
      | 'proof'
      | 'nonce'
      | 'node'
      | 'text'
      | 'report'
      | 'uname'
      | 'version'
      | 'configSum'
      | 'mergedSum'
      | 'labels',
      unknown
    >
  >
>;

function parsed(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    // Whoever sends no JSON is told the same as whoever sends another line than is known.
    return undefined;
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
/** On one line: it goes into files of lines. */
const isText = (value: unknown): value is string => typeof value === 'string' && !/[\r\n\0]/.test(value);

const isReport = (value: unknown): value is AgentReport =>
  isFields(value) &&
  [value.uname, value.version, value.configSum, value.mergedSum].every(isText) &&
  Array.isArray(value.labels) &&
  value.labels.every((label: unknown) => Array.isArray(label) && label.length === 2 && label.every(isText));
