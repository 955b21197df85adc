/** Lines of `ossec.log` and of `cluster.log`, in their plain and JSON layouts, and of 3.x. Pure. */
import { oneLine, redactText } from '@muster/log';
import { clip, type Logs, MAX_TEXT } from '@muster/protocol';

export type LogRow = Logs['rows'][number];

/** UTF-16 units of a line that are looked at: several times what is shown. JSON has to be whole. */
const maxLine = 8 * 1024;
const maxJson = 64 * 1024;

/** Undefined: the line belongs to the one before. */
export const rowOf = (line: string): LogRow | undefined =>
  line.startsWith('{') ? jsonRow(line.slice(0, maxJson)) : plainRow(line.slice(0, maxLine));

const row = (time: string, level: string, tag: string, text: string): LogRow => ({
  time: clip(time, 64),
  level: clip(level.toLowerCase(), 32),
  tag: clip(oneLine(tag), 512),
  text: clip(oneLine(text), MAX_TEXT),
});

const stamp = String.raw`(\d{4}[/-]\d\d[/-]\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,6})?)`;
const level = '(DEBUG2|DEBUG|INFO|WARNING|ERROR|CRITICAL)';
/** `2026/01/31 10:00:00 INFO: [Master] [Main] text`. */
const clusterLine = new RegExp(String.raw`^${stamp} ${level}\s*: \[([^\]]*)\] \[([^\]]*)\] (.*)$`);
/** `2026/01/31 10:00:00 wazuh-remoted[12] remoted.c:34 at main(): ERROR: text`; the part with the pid is for debugging. */
const managerLine = new RegExp(
  String.raw`^${stamp} ([^\s\[:]+(?::[^\s\[:]+)*)(?:\[\d+\] [^:]*:\d+ at [^:]*)?: ${level}: (.*)$`,
);

function plainRow(line: string): LogRow | undefined {
  const ours = clusterLine.exec(line);
  if (ours !== null) {
    const [, time = '', word = '', tag = '', subtag = '', text = ''] = ours;
    return row(time, word, `${tag}: ${subtag}`, text);
  }
  const managers = managerLine.exec(line);
  if (managers === null) return undefined;
  const [, time = '', tag = '', word = '', text = ''] = managers;
  return row(time, word, tag, text);
}

/** Ours: `time, level, tag, subtag, text`; the manager's: `timestamp, level, tag, description`. */
function jsonRow(line: string): LogRow | undefined {
  const value = parsed(line);
  if (value === undefined) return undefined;
  const word = (name: string): string => (typeof value[name] === 'string' ? (value[name] as string) : '');
  const subtag = word('subtag');
  const time = word('time') || word('timestamp');
  if (time === '' || word('level') === '') return undefined;
  return row(
    time,
    word('level'),
    subtag === '' ? word('tag') : `${word('tag')}: ${subtag}`,
    word('text') || word('description'),
  );
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** A line that has no row of its own, as part of the one before; as a row of its own where there is none. */
export function joined(before: LogRow | undefined, line: string): LogRow {
  const text = oneLine(line.slice(0, maxLine));
  if (before === undefined) return { time: '', level: '', tag: '', text: clip(text) };
  if (before.text.length >= MAX_TEXT) return before;
  return { ...before, text: clip(`${before.text}\n${text}`) };
}

/** Without what is nobody's to read; `secrets` are known by their value. */
export const withoutSecrets = (shown: LogRow, secrets: readonly string[]): LogRow => ({
  ...shown,
  text: clip(redactText(shown.text, secrets)),
});
