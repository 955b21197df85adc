/** One command from its words. Pure; a fault names what is wrong and what would be right. */
import { type EventKind, isNodeName } from '@muster/protocol';
import { commandNames, logLevels, type OptionValue, type Spec, specOf } from './catalogue.ts';
import type { Command, SortKey, Until } from './command.ts';
import { messageOf } from './message.ts';
import { nearest } from './nearest.ts';
import { timeOf } from './time.ts';
import { type Word, wordsOf } from './words.ts';

export type Parsed =
  | { readonly ok: true; readonly command: Command; readonly spec: Spec }
  | { readonly ok: false; readonly text: string };

/** What was written, before it is known to make sense. */
interface Written {
  readonly places: readonly Word[];
  readonly options: ReadonlyMap<string, string>;
}

class Fault extends Error {}
const fault = (text: string): never => {
  throw new Fault(text);
};

export function parse(line: string): Parsed {
  try {
    const split = wordsOf(line);
    if (!split.ok) return split;
    const [first, ...rest] = split.words;
    const spec = specOf(first?.text ?? '') ?? unknown(first?.text ?? '');
    return { ok: true, spec, command: commandOf(spec, written(spec, rest), line) };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, text: error.message };
    throw error;
  }
}

function unknown(name: string): never {
  const near = nearest(name, commandNames);
  const hint = near === undefined ? 'help lists the commands.' : `Is it ${near}? help lists the commands.`;
  return fault(`There is no command "${name}". ${hint}`);
}

/** Where a message begins the rest of the line is one: it may hold what looks like an option. */
function written(spec: Spec, words: readonly Word[]): Written {
  const places: Word[] = [];
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (spec.takes[places.length]?.place === 'message') return { places: [...places, word], options };
    if (!word.text.startsWith('--')) places.push(word);
    else {
      const kind = spec.options[word.text] ?? unknownOption(spec, word.text);
      if (kind === 'flag') options.set(word.text, '');
      else options.set(word.text, words[++at]?.text ?? fault(`${word.text} is followed by ${valueWords(kind)}.`));
    }
  }
  return { places, options };
}

function unknownOption(spec: Spec, option: string): never {
  const known = Object.keys(spec.options);
  const near = nearest(option, known);
  const hint = near === undefined ? '' : ` Is it ${near}?`;
  return fault(`${spec.name} has no option ${option}.${hint} It is written: ${spec.usage}`);
}

const valueWords = (kind: OptionValue): string => {
  if (kind === 'number') return 'a number, as 20';
  if (kind === 'time') return 'a time, as 500ms, 5s or 2min';
  return typeof kind === 'string' ? 'nothing' : `one of ${kind.join(', ')}`;
};

function commandOf(spec: Spec, writing: Written, line: string): Command {
  const { places, options } = writing;
  const least = spec.takes.filter(({ optional }) => optional !== true).length;
  if (places.length < least || places.length > spec.takes.length) fault(`It is written: ${spec.usage}`);
  const [first, second] = places.map(({ text }) => text);
  const path = first ?? '';
  switch (spec.name) {
    case 'tree':
    case 'dead-letters':
    case 'links':
    case 'health':
    case 'nodes':
    case 'exit':
      return { name: spec.name };
    case 'show':
    case 'crash':
    case 'restart':
      return { name: spec.name, path };
    case 'top':
    case 'trace':
    case 'events':
      return goingOn(spec, spec.name, path, options);
    case 'why':
      return { name: 'why', node: nodeOf(path) };
    case 'node':
      return { name: 'node', node: first === undefined ? undefined : nodeOf(first) };
    case 'ask':
    case 'tell':
      return { name: spec.name, path, message: messageIn(line.slice(places[1]!.start)) };
    case 'bench':
      return { name: 'bench', path, count: second === undefined ? 1_000 : countOf('COUNT', second, 10_000) };
    case 'log':
      return { name: 'log', level: oneOf('LEVEL', path, logLevels) };
    case 'export':
      return { name: 'export', file: path };
    case 'help':
      if (first !== undefined && specOf(first) === undefined) unknown(first);
      return { name: 'help', command: first };
  }
}

/** Those that go on by themselves are those with options. */
function goingOn(
  spec: Spec,
  name: 'top' | 'trace' | 'events',
  pattern: string,
  options: ReadonlyMap<string, string>,
): Command {
  const read = reader(spec, options);
  switch (name) {
    case 'top': {
      const everyMs = Math.max(leastEveryMs, read.time('--every') ?? 1_000);
      const rounds = read.count('--rounds', 1_000_000);
      return { name, sort: read.word<SortKey>('--sort') ?? 'busy', rounds, everyMs };
    }
    case 'trace':
      return { name, pattern, ...untilOf(read) };
    case 'events': {
      const last = read.count('--last', 500) ?? 20;
      const kind = read.word<EventKind>('--kind');
      return { name, last, kind, follow: options.has('--follow'), ...untilOf(read) };
    }
  }
}

function messageIn(text: string): string {
  const message = messageOf(text);
  return message.ok ? message.json : fault(message.text);
}

/** More often than this tells nothing more, and is work for the node. */
const leastEveryMs = 100;

interface Reader {
  readonly word: <Word extends string>(option: string) => Word | undefined;
  readonly count: (option: string, most: number) => number | undefined;
  readonly time: (option: string) => number | undefined;
}

function reader(spec: Spec, options: ReadonlyMap<string, string>): Reader {
  const read = <Value>(option: string, make: (text: string) => Value): Value | undefined => {
    const text = options.get(option);
    return text === undefined ? undefined : make(text);
  };
  return {
    word: <Word extends string>(option: string) =>
      read(option, (text) => oneOf(option, text, spec.options[option] as readonly Word[])),
    count: (option, most) => read(option, (text) => countOf(option, text, most)),
    time: (option) =>
      read(option, (text) => timeOf(text) ?? fault(`${option} is a time of 1 ms to 24 h, as 500ms, 5s or 2min.`)),
  };
}

function untilOf(read: Reader): Until {
  const forMs = read.time('--for');
  const count = read.count('--count', 1_000_000);
  return { ...(forMs === undefined ? {} : { forMs }), ...(count === undefined ? {} : { count }) };
}

function countOf(name: string, text: string, most: number): number {
  const count = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= most ? count : fault(`${name} is a number from 1 to ${most}.`);
}

function oneOf<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  return words.find((word) => word === text) ?? fault(`${name} is one of ${words.join(', ')}.`);
}

const nodeOf = (text: string): string =>
  isNodeName(text) ? text : fault('A node has a name of 1 to 64 letters, digits, - and _: nodes lists them.');
