/** All that is known of an agent, as a value of the store: a JSON list of the texts and then keys and values of labels. */
import { Buffer } from 'node:buffer';
import { type AgentInfo, type AgentInfoField, agentInfoFields } from '@muster/protocol';

export const encodeInfo = (info: AgentInfo): Uint8Array =>
  Buffer.from(JSON.stringify([...agentInfoFields.map((field) => info[field]), ...info.labels.flat()]));

/** `undefined` for bytes that `encodeInfo` never makes. */
export function decodeInfo(bytes: Uint8Array): AgentInfo | undefined {
  const texts = textsOf(bytes);
  if (texts === undefined || texts.length < agentInfoFields.length) return undefined;
  const fields = Object.fromEntries(agentInfoFields.map((field, i) => [field, texts[i]!])) as Record<
    AgentInfoField,
    string
  >;
  const labels: (readonly [string, string])[] = [];
  for (let i = agentInfoFields.length; i + 1 < texts.length; i += 2) labels.push([texts[i]!, texts[i + 1]!]);
  return { ...fields, labels };
}

function textsOf(bytes: Uint8Array): readonly string[] | undefined {
  try {
    const texts: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
    return Array.isArray(texts) && texts.every((text) => typeof text === 'string') ? texts : undefined;
  } catch {
    // Not JSON: of nobody's making. Whoever asks has the agent sent again.
    return undefined;
  }
}

/** Not equal: written by different texts. */
export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
