/** What an agent-info file holds (`reference/agent-info.md` 4), read and written. Pure; linear in the length. */
import { Buffer, isUtf8 } from 'node:buffer';
import type { AgentInfo, AgentStatus } from '@muster/protocol';
import type { KeyLine } from '../client-keys.ts';
import { emptyInfo, tidyInfo } from '../info-texts.ts';
import { parseUname, renderUname } from './uname.ts';

/** `fault`: what of it is wrong; then `info` is absent when the content is not to be relied upon. */
export interface InfoContent {
  readonly status: AgentStatus;
  /** Of the node that wrote it; '' when it does not say. */
  readonly node: string;
  readonly info?: AgentInfo;
  readonly fault?: keyof typeof contentFaults;
}

/** For people: the fault and its cure. */
export const contentFaults = {
  'cut-short': 'it ends within a line; the next change of what the agent says writes it anew, or restart the agent',
  'not-utf8': 'it holds bytes that are not UTF-8; correct the labels or the host name of the agent',
  'too-much': 'it holds longer texts, more labels or other characters than can be sent; what did not fit was cut',
} as const;

/** What the manager writes when its configuration does not name the node. */
const noNode = 'unknown';
const hostLine = '#"manager_hostname":';
const nodeLine = '#"node_name":';

/** An empty file is that of an agent that has started and not yet sent a keep-alive. `ownNode`: with it a last line is whole, though it does not end. */
export function parseInfoContent(bytes: Uint8Array, { name, ip }: KeyLine, ownNode: string): InfoContent {
  if (bytes.length === 0) return { status: 'pending', node: '' };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const lines = text.split('\n');
  const isWhole = lines.at(-1) === '' || lines.at(-1) === `${nodeLine}${ownNode}`;
  // It is written at a keep-alive, so it lives, whatever can be read of it.
  if (!isWhole) return { status: 'active', node: '', fault: 'cut-short' };
  const { info, changed } = tidyInfo({ ...infoOf(lines), name, ip });
  const status = info.version === '' ? 'pending' : 'active';
  const fault = isUtf8(bytes) ? (changed ? 'too-much' : undefined) : 'not-utf8';
  return { status, node: info.nodeName, info, ...(fault === undefined ? {} : { fault }) };
}

function infoOf([first = '', ...rest]: readonly string[]): AgentInfo {
  const startsAtOnce = first.startsWith('#');
  const info = { ...emptyInfo, ...parseUname(startsAtOnce ? '' : first) };
  const labels: (readonly [string, string])[] = [];
  for (const line of startsAtOnce ? [first, ...rest] : rest) {
    if (line.startsWith(hostLine)) info.managerHost = line.slice(hostLine.length);
    else if (line.startsWith(nodeLine)) info.nodeName = line.slice(nodeLine.length);
    else if (line.endsWith(' merged.mg')) info.mergedSum = line.slice(0, line.indexOf(' '));
    else {
      const label = labelOf(line);
      if (label !== undefined) labels.push(label);
    }
  }
  return { ...info, nodeName: info.nodeName === noNode ? '' : info.nodeName, labels };
}

/** `"key":value`; one that is hidden begins with `!`. */
function labelOf(line: string): readonly [key: string, value: string] | undefined {
  const hidden = line.startsWith('!') ? '!' : '';
  const at = line.indexOf('":');
  if (line[hidden.length] !== '"' || at <= hidden.length) return undefined;
  return [`${hidden}${line.slice(hidden.length + 1, at)}`, line.slice(at + 2)];
}

const oneLine = (text: string): string => text.replace(/\p{Cc}/gu, ' ');

/** Empty when nothing is known: that of an agent that has not yet sent a keep-alive. */
export function renderInfoContent(info: AgentInfo, node: string): Uint8Array {
  const first = renderUname(info);
  if (first === '' && info.mergedSum === '') return new Uint8Array(0);
  const lines = [first, ...info.labels.filter(([key]) => !key.includes('"')).map(renderLabel)];
  if (info.mergedSum !== '') lines.push(`${info.mergedSum} merged.mg`);
  if (info.managerHost !== '') lines.push(`${hostLine}${info.managerHost}`);
  lines.push(`${nodeLine}${node}`);
  return Buffer.from(lines.map((line) => `${oneLine(line)}\n`).join(''));
}

const renderLabel = ([key, value]: readonly [string, string]): string =>
  key.startsWith('!') ? `!"${key.slice(1)}":${value}` : `"${key}":${value}`;
