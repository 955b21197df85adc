/**
 * All that is known of an agent, as a value of the store: how many texts, the length of each in UTF-16 units (one byte, or
 * 255 and two), and then the texts in the order of `agentInfoFields` and keys and values of labels, as one.
 */
import { Buffer } from 'node:buffer';
import { type AgentInfo, type AgentInfoField, agentInfoFields } from '@muster/protocol';
import { bufferOf } from '../bytes.ts';

/** Below it a length is one byte. */
const LONG = 255;

/** Larger than any `AgentInfo` that `fitInfo` lets pass, three times. */
const scratch = Buffer.allocUnsafe(1024 * 1024);

/** A view that is valid until the next call. Of an `AgentInfo` within its bounds. */
export function encodeInfo(info: AgentInfo): Uint8Array {
  let text = '';
  let at = 0;
  const add = (one: string): void => {
    text += one;
    if (one.length < LONG) {
      scratch[at++] = one.length;
      return;
    }
    scratch[at++] = LONG;
    at = scratch.writeUInt16LE(one.length, at);
  };
  scratch[at++] = agentInfoFields.length + 2 * info.labels.length;
  for (const field of agentInfoFields) add(info[field]);
  for (const [key, value] of info.labels) {
    add(key);
    add(value);
  }
  return scratch.subarray(0, at + scratch.write(text, at));
}

/** `undefined` for bytes that `encodeInfo` never makes: whoever asks has the agent sent again. */
export function decodeInfo(bytes: Uint8Array): AgentInfo | undefined {
  const texts = textsOf(bufferOf(bytes));
  if (texts === undefined || texts.length < agentInfoFields.length || texts.length % 2 !== agentInfoFields.length % 2)
    return undefined;
  const fields = Object.fromEntries(agentInfoFields.map((field, i) => [field, texts[i]!])) as Record<
    AgentInfoField,
    string
  >;
  const labels: (readonly [string, string])[] = [];
  for (let i = agentInfoFields.length; i < texts.length; i += 2) labels.push([texts[i]!, texts[i + 1]!]);
  return { ...fields, labels };
}

function textsOf(bytes: Buffer): readonly string[] | undefined {
  const lengths: number[] = [];
  let at = 1;
  for (let left = bytes[0] ?? 0; left > 0; left--) {
    const short = bytes[at++] ?? 0;
    if (short === LONG && at + 2 > bytes.length) return undefined;
    lengths.push(short === LONG ? bytes.readUInt16LE(at) : short);
    if (short === LONG) at += 2;
  }
  const text = bytes.toString('utf8', at);
  let end = 0;
  const texts = lengths.map((length) => {
    end += length;
    return text.slice(end - length, end);
  });
  return end === text.length ? texts : undefined;
}

/** Not equal: written by different texts. */
export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
