/** Reads the text format of Prometheus 0.0.4, strictly: for tests. Written from its specification, knows nothing of prom-client. */

export interface ParsedSample {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly value: number;
  /** The value as written. */
  readonly written: string;
}

export type ParsedLine =
  | { readonly kind: 'help' | 'type'; readonly name: string; readonly text: string }
  | { readonly kind: 'sample'; readonly sample: ParsedSample }
  | { readonly kind: 'blank' | 'comment' }
  | { readonly kind: 'fault'; readonly text: string };

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const number = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/;

class SyntaxFault extends Error {}
const fault = (text: string): never => {
  throw new SyntaxFault(text);
};

export function parseLine(line: string): ParsedLine {
  try {
    if (line.trim() === '') return { kind: 'blank' };
    return line.startsWith('#') ? commentOf(line) : { kind: 'sample', sample: sampleOf(line) };
  } catch (error) {
    if (error instanceof SyntaxFault) return { kind: 'fault', text: error.message };
    throw error;
  }
}

/** Samples alone; throws at the first line that is none and no comment. */
export function parseText(text: string): readonly ParsedSample[] {
  return text.split('\n').flatMap((line) => {
    const parsed = parseLine(line);
    if (parsed.kind === 'fault') throw new Error(`${parsed.text}: ${line}`);
    return parsed.kind === 'sample' ? [parsed.sample] : [];
  });
}

function commentOf(line: string): ParsedLine {
  const [, word, name = '', text = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
  if (word === undefined) return { kind: 'comment' };
  if (metricName.exec(name)?.[0] !== name) fault('a bad metric name');
  if (word === 'HELP' && /\\(?![\\n])/.test(text.replaceAll('\\\\', ''))) fault('a bad escape in the help');
  return { kind: word === 'HELP' ? 'help' : 'type', name, text };
}

function sampleOf(line: string): ParsedSample {
  const name = metricName.exec(line)?.[0] ?? fault('a bad metric name');
  const { labels, rest } = line[name.length] === '{' ? labelsOf(line.slice(name.length + 1)) : noLabels(line, name);
  const [written = '', timestamp, ...more] = rest.trim().split(/\s+/);
  if (!number.test(written)) fault(`"${written}" is no number`);
  if (more.length > 0 || (timestamp !== undefined && !/^-?\d+$/.test(timestamp))) fault('more after the value');
  return { name, labels, written, value: Number(written.replace('Inf', 'Infinity')) };
}

function noLabels(line: string, name: string): { readonly labels: ParsedSample['labels']; readonly rest: string } {
  const rest = line.slice(name.length);
  if (!/^\s/.test(rest)) fault('a bad metric name');
  return { labels: [], rest };
}

function labelsOf(text: string): { readonly labels: ParsedSample['labels']; readonly rest: string } {
  const labels: (readonly [string, string])[] = [];
  let rest = text;
  while (!rest.startsWith('}')) {
    const name = labelName.exec(rest)?.[0] ?? fault('a bad label name');
    if (labels.some(([known]) => known === name)) fault(`label ${name} twice`);
    if (!rest.startsWith('="', name.length)) fault('a label value without quotes');
    const { value, length } = quoted(rest.slice(name.length + 2));
    labels.push([name, value]);
    rest = rest.slice(name.length + 2 + length);
    if (rest.startsWith(',')) rest = rest.slice(1);
    else if (!rest.startsWith('}')) fault('labels without a comma between them');
  }
  return { labels, rest: rest.slice(1) };
}

/** Up to the closing quote, without escapes. `length`: with the quote. */
function quoted(text: string): { readonly value: string; readonly length: number } {
  let value = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') return { value, length: at + 1 };
    if (char !== '\\') value += char;
    else value += { '\\': '\\', '"': '"', n: '\n' }[text[++at] ?? ''] ?? fault('a bad escape');
  }
  return fault('a label value without an end');
}
