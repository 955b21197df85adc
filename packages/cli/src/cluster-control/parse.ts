/**
 * Reads a command line by the rules of Python's argparse, whose behaviour scripts around the original have come to
 * rely on: `-imore`, `-ad`, `--list-a`, `-fn a b`, `-fn=a`, and its words for what is wrong. Pure.
 */

/** `none`: a flag. `optional`: one word may follow, `many`: any number of words, `one`: exactly one. */
export type Arity = 'none' | 'optional' | 'many' | 'one';

export interface OptionSpec {
  /** Short form first. */
  readonly names: readonly [string, ...string[]];
  readonly arity: Arity;
  /** At most one option of these is taken. */
  readonly exclusive?: boolean;
  /** It is done as soon as it is read, whatever follows. */
  readonly immediate?: boolean;
  readonly choices?: readonly string[];
  /** It is written in full: no beginning of its name stands for it. */
  readonly whole?: boolean;
}

/** The words behind each option that was given, under its last name; the later of two wins. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** `immediate`: the name of such an option; what stands behind it was not looked at. */
export type Parsed =
  | { readonly ok: true; readonly given: Given; readonly immediate?: string }
  | { readonly ok: false; readonly text: string };

/** What one word of the command line is. `option` undefined: it looks like one, and there is none. */
type Word =
  | { readonly kind: 'plain'; readonly text: string }
  | {
      readonly kind: 'option';
      readonly text: string;
      readonly option: OptionSpec | undefined;
      readonly value?: string;
    };

class Wrong extends Error {}

export const idOf = ({ names }: OptionSpec): string => names.at(-1) ?? '';

export function parseWords(argv: readonly string[], options: readonly OptionSpec[]): Parsed {
  try {
    return parse(argv, options);
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, text: error.message };
    throw error;
  }
}

function parse(argv: readonly string[], options: readonly OptionSpec[]): Parsed {
  const end = argv.indexOf('--');
  const words = (end < 0 ? argv : argv.slice(0, end)).map((text) => classify(text, options));
  const given = new Map<string, readonly string[]>();
  const unknown: string[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at++]!;
    if (word.kind === 'plain' || word.option === undefined) {
      unknown.push(word.text);
      continue;
    }
    const behind = plainFrom(words, at);
    for (const { option, value } of clustered(word.option, word.value, options)) {
      refuseConflict(option, given, options);
      const taken = value === undefined ? behind.slice(0, room[option.arity]) : [value];
      if (option.arity === 'one' && taken.length === 0) throw wrong(option, 'expected one argument');
      given.set(idOf(option), checked(option, taken));
      if (option.immediate === true) return { ok: true, given, immediate: idOf(option) };
      if (value === undefined) at += taken.length;
    }
  }
  if (end >= 0) unknown.push(...argv.slice(end + 1));
  if (unknown.length > 0) throw new Wrong(`unrecognized arguments: ${unknown.join(' ')}`);
  return { ok: true, given };
}

/** Words that each takes at most. */
const room: Readonly<Record<Arity, number>> = { none: 0, optional: 1, one: 1, many: Number.MAX_SAFE_INTEGER };

function plainFrom(words: readonly Word[], start: number): readonly string[] {
  const rest = words.slice(start);
  const end = rest.findIndex(({ kind }) => kind === 'option');
  return (end < 0 ? rest : rest.slice(0, end)).map(({ text }) => text);
}

/** `-ad` is `-a -d`, `-imore` is `-i more`. */
function* clustered(first: OptionSpec, value: string | undefined, options: readonly OptionSpec[]) {
  let option = first;
  let rest = value;
  while (rest !== undefined && option.arity === 'none') {
    const isShort = option.names[0].length === 2;
    const next = isShort && rest !== '' ? options.find(({ names }) => names.includes(`-${rest?.[0]}`)) : undefined;
    if (next === undefined) throw wrong(option, `ignored explicit argument '${rest}'`);
    yield { option, value: undefined };
    option = next;
    rest = rest.length > 1 ? rest.slice(1) : undefined;
  }
  yield { option, value: rest };
}

function classify(text: string, options: readonly OptionSpec[]): Word {
  if (!text.startsWith('-') || text === '-') return { kind: 'plain', text };
  const exact = byName(text, options);
  if (exact !== undefined) return { kind: 'option', text, option: exact };
  const equals = text.indexOf('=');
  const named = equals < 0 ? undefined : byName(text.slice(0, equals), options);
  if (named !== undefined) return { kind: 'option', text, option: named, value: text.slice(equals + 1) };
  const found = meant(text, options);
  if (found.length > 1)
    throw new Wrong(`ambiguous option: ${text} could match ${found.map(({ name }) => name).join(', ')}`);
  const [only] = found;
  if (only !== undefined) return { kind: 'option', text, ...only };
  return /^-\d+$|^-\d*\.\d+$/.test(text) || text.includes(' ')
    ? { kind: 'plain', text }
    : { kind: 'option', text, option: undefined };
}

const byName = (name: string, options: readonly OptionSpec[]): OptionSpec | undefined =>
  options.find(({ names }) => names.includes(name));

/** What a beginning of a name, or a short option with more behind it, may stand for. */
function meant(text: string, options: readonly OptionSpec[]) {
  const all = options
    .filter(({ whole }) => whole !== true)
    .flatMap((option) => option.names.map((name) => ({ option, name })));
  if (text.startsWith('--')) {
    const equals = text.indexOf('=');
    const prefix = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? {} : { value: text.slice(equals + 1) };
    return all.filter(({ name }) => name.startsWith(prefix)).map((found) => ({ ...found, ...value }));
  }
  return all.flatMap((found) => {
    if (found.name === text.slice(0, 2)) return [{ ...found, value: text.slice(2) }];
    return found.name.startsWith(text) ? [found] : [];
  });
}

function refuseConflict(option: OptionSpec, given: Given, options: readonly OptionSpec[]): void {
  if (option.exclusive !== true) return;
  const other = options.find((each) => each.exclusive === true && each !== option && given.has(idOf(each)));
  if (other !== undefined) throw wrong(option, `not allowed with argument ${other.names.join('/')}`);
}

function checked(option: OptionSpec, taken: readonly string[]): readonly string[] {
  const { choices } = option;
  const strange = choices === undefined ? undefined : taken.find((word) => !choices.includes(word));
  if (strange === undefined) return taken;
  const listed = choices?.map((choice) => `'${choice}'`).join(', ');
  throw wrong(option, `invalid choice: '${strange}' (choose from ${listed})`);
}

const wrong = ({ names }: OptionSpec, text: string): Wrong => new Wrong(`argument ${names.join('/')}: ${text}`);
