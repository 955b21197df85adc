/**
 * Takes a line apart. Words are separated by blanks; what stands between double quotes is one word, blanks and `;`
 * included, and `\` keeps the character behind it. `;` separates commands. A line whose first word begins with `#` is a remark. Pure.
 */
export interface Word {
  readonly text: string;
  /** Where it begins in the line: its quotes belong to it. */
  readonly start: number;
}

export type Words =
  | { readonly ok: true; readonly words: readonly Word[] }
  | { readonly ok: false; readonly text: string };

/** The commands of a line, in order; none of them blank. */
export function commandsOf(line: string): readonly string[] {
  if (line.trimStart().startsWith('#')) return [];
  const ends = [...outsideQuotes(line)].filter(({ character }) => character === ';').map(({ at }) => at);
  const starts = [0, ...ends.map((end) => end + 1)];
  return starts
    .map((start, index) => line.slice(start, ends[index] ?? line.length).trim())
    .filter((command) => command !== '');
}

/** The words of one command. A quote that is not closed is a fault. */
export function wordsOf(command: string): Words {
  const words: Word[] = [];
  let word: { text: string; start: number } | undefined;
  let quoted = false;
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!;
    if (!quoted && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= { text: '', start: at };
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\' && at + 1 < command.length) word.text += command[++at];
    else word.text += character;
  }
  if (quoted) return { ok: false, text: 'A " is not closed: put one behind the last word that belongs to it.' };
  return { ok: true, words: word === undefined ? words : [...words, word] };
}

function* outsideQuotes(line: string): Generator<{ readonly character: string; readonly at: number }> {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (quoted && character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted) yield { character, at };
  }
}
