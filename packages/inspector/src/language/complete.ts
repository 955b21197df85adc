/** What TAB offers. Pure: what must be known of the cluster is named first (`needsOf`), and handed in. */
import { catalogue, commandNames, logLevels, type Place, specOf } from './catalogue.ts';
import { namesOf } from './paths.ts';
import { type Word, wordsOf } from './words.ts';

/** What is known when the word at the end of the line is completed. Absent: nothing. */
export interface Known {
  readonly paths?: readonly string[];
  readonly nodes?: readonly string[];
  /** Of the actor on the line: what it may be told, or asked. */
  readonly operations?: readonly { readonly form: 'tell' | 'ask'; readonly type: string }[];
}

export type Need =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'paths' }
  | { readonly kind: 'nodes' }
  /** Operations of the actor that is written so. */
  | { readonly kind: 'operations'; readonly of: string };

/** `candidates` all begin with `word`, the end of the line. */
export interface Completion {
  readonly candidates: readonly string[];
  readonly word: string;
}

/** Where the end of the line stands: what is before it, and the word that is begun there. */
interface Spot {
  readonly before: readonly Word[];
  readonly word: string;
}

export function needsOf(line: string): Need {
  const { before } = spotOf(line);
  const place = placeOf(before);
  if (place === 'path' || place === 'pattern') return { kind: 'paths' };
  if (place === 'node') return { kind: 'nodes' };
  if (place === 'message') return { kind: 'operations', of: before[1]?.text ?? '' };
  return { kind: 'nothing' };
}

export function complete(line: string, known: Known): Completion {
  const { before, word } = spotOf(line);
  const all = offered(before, word, known);
  return { word, candidates: [...new Set(all)].filter((each) => each.startsWith(word)).sort() };
}

function offered(before: readonly Word[], word: string, known: Known): readonly string[] {
  const [command, last] = [before[0]?.text, before.at(-1)?.text ?? ''];
  const spec = specOf(command ?? '');
  if (command === undefined) return commandNames;
  if (spec === undefined) return [];
  const value = before.length > 1 ? spec.options[last] : undefined;
  if (Array.isArray(value)) return value;
  if (value === 'number' || value === 'time') return [];
  const left = Object.keys(spec.options).filter((option) => !before.some(({ text }) => text === option));
  if (word.startsWith('--')) return left;
  const place = placeOf(before);
  return place === undefined ? left : placed(place, spec.name, word, known);
}

function placed(place: Place, command: string, word: string, { paths, nodes, operations }: Known): readonly string[] {
  switch (place) {
    case 'path':
    case 'pattern':
      return word.startsWith('/') || word === '' ? (paths ?? []) : shortNames(paths ?? []);
    case 'node':
      return nodes ?? [];
    case 'message':
      return (operations ?? []).filter(({ form }) => form === command).map(({ type }) => type);
    case 'level':
      return logLevels;
    case 'command':
      return catalogue.map(({ name }) => name);
    case 'file':
    case 'number':
      return [];
  }
}

/** Names that mean one actor alone. */
function shortNames(paths: readonly string[]): readonly string[] {
  const times = new Map<string, number>();
  for (const name of paths.flatMap(namesOf)) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].filter(([, count]) => count === 1).map(([name]) => name);
}

/** What the next word of the command would be; undefined: it takes no more, or the word belongs to an option. */
function placeOf(before: readonly Word[]): Place | undefined {
  const spec = specOf(before[0]?.text ?? '');
  if (spec === undefined) return undefined;
  let places = 0;
  for (let at = 1; at < before.length; at++) {
    const { text } = before[at]!;
    if (!text.startsWith('--')) places += 1;
    else if ((spec.options[text] ?? 'flag') !== 'flag') at += 1;
  }
  return spec.takes[places]?.place;
}

/** Of the last command of the line. What cannot be taken apart has no words. */
function spotOf(line: string): Spot {
  const command = line.slice(lastStart(line));
  const split = wordsOf(command);
  if (!split.ok) return { before: [], word: command };
  if (command === '' || /\s$/.test(command)) return { before: split.words, word: '' };
  const last = split.words.at(-1);
  return { before: split.words.slice(0, -1), word: last === undefined ? '' : command.slice(last.start) };
}

/** Behind the last `;` that stands outside quotes. */
function lastStart(line: string): number {
  let quoted = false;
  let start = 0;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === ';' && !quoted) start = at + 1;
  }
  return start;
}
