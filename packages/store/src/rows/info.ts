/**
 * All that is known of an agent, as a value of the store: the texts in the order of `agentInfoFields`, then keys and
 * values of labels, with a NUL after each but the last. Texts that have a NUL themselves are a JSON list instead.
 */
import { Buffer } from 'node:buffer';
import { type AgentInfo, type AgentInfoField, agentInfoFields } from '@muster/protocol';
import { bufferOf } from '../bytes.ts';

/** The first byte: how the rest is written. */
const JOINED = 1;
const LISTED = 2;

const scratch = Buffer.allocUnsafe(1024 * 1024);

/** A view that is valid until the next call. */
export function encodeInfo(info: AgentInfo): Uint8Array {
  let text = info[agentInfoFields[0]];
  for (let i = 1; i < agentInfoFields.length; i++) text += `\0${info[agentInfoFields[i]!]}`;
  for (const [key, value] of info.labels) text += `\0${key}\0${value}`;
  const plain = count(text) === agentInfoFields.length - 1 + 2 * info.labels.length;
  scratch[0] = plain ? JOINED : LISTED;
  const length = scratch.write(plain ? text : JSON.stringify(textsOf(info)), 1);
  return scratch.subarray(0, 1 + length);
}

function count(text: string): number {
  let nulls = 0;
  for (let at = text.indexOf('\0'); at >= 0; at = text.indexOf('\0', at + 1)) nulls += 1;
  return nulls;
}

const textsOf = (info: AgentInfo): readonly string[] => [
  ...agentInfoFields.map((field) => info[field]),
  ...info.labels.flat(),
];

/** `undefined` for bytes that `encodeInfo` never makes. */
export function decodeInfo(bytes: Uint8Array): AgentInfo | undefined {
  const texts = readTexts(bytes);
  if (texts === undefined || texts.length < agentInfoFields.length) return undefined;
  const fields = Object.fromEntries(agentInfoFields.map((field, i) => [field, texts[i]!])) as Record<
    AgentInfoField,
    string
  >;
  const labels: (readonly [string, string])[] = [];
  for (let i = agentInfoFields.length; i + 1 < texts.length; i += 2) labels.push([texts[i]!, texts[i + 1]!]);
  return { ...fields, labels };
}

function readTexts(bytes: Uint8Array): readonly string[] | undefined {
  const text = bufferOf(bytes).toString('utf8', 1);
  if (bytes[0] === JOINED) return text.split('\0');
  if (bytes[0] !== LISTED) return undefined;
  try {
    const texts: unknown = JSON.parse(text);
    return Array.isArray(texts) && texts.every((each) => typeof each === 'string') ? texts : undefined;
  } catch {
    // Of nobody's making. Whoever asks has the agent sent again.
    return undefined;
  }
}

/** Not equal: written by different texts. */
export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
