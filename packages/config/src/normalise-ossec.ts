/**
 * `ossec.conf` is not XML: several roots, text anywhere, a bare `&` or `<`, comments with `--` inside.
 * This makes XML of it that means what the cluster daemon of 4.14 reads (`reference/config.md` 2, column R1).
 */

export type Normalised =
  | {
      readonly ok: true;
      /** Well escaped; still to be checked for matching tags. The lines are those of the input. */
      readonly xml: string;
      /** Lines with `<! … !>`: the C daemons skip what is inside, the cluster reads it. */
      readonly ossecComments: readonly number[];
      /** The line of the first `<!--` that no `-->` follows: what comes after it is read. */
      readonly openComment: number | undefined;
    }
  | { readonly ok: false; readonly line: number; readonly text: string };

/** The one root around all roots. */
export const wrapper = 'muster-roots';

/** Pure, in linear time, whatever the text. */
export function normaliseOssec(text: string): Normalised {
  const { stripped, open } = withoutComments(text.replace(/\r\n?/g, '\n'));
  const forbidden = findForbidden(stripped);
  if (forbidden !== undefined) return { ok: false, ...forbidden };
  const ossecComments: number[] = [];
  const lines = stripped.split('\n').map((line, index) => {
    if (/(?<!\\)<!(?!DOCTYPE|-)/i.test(line)) ossecComments.push(index + 1);
    return escapeLine(line);
  });
  const openComment = open < 0 ? undefined : lineAt(stripped, open);
  return { ok: true, xml: `<${wrapper}>${lines.join('\n')}</${wrapper}>`, ossecComments, openComment };
}

/** Cuts `<!-- … -->` up to the first `-->`; line ends inside stay. One that never ends is text; it starts at `open`, else -1. */
function withoutComments(text: string): { readonly stripped: string; readonly open: number } {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf('<!--', from);
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4);
    if (end < 0) {
      const before = parts.join('');
      return { stripped: before + text.slice(from), open: start < 0 ? -1 : before.length + start - from };
    }
    parts.push(text.slice(from, start), text.slice(start, end).replace(/[^\n]/g, ''));
    from = end + 3;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids (section 2.2).
const forbiddenCharacter = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

function findForbidden(text: string): { readonly line: number; readonly text: string } | undefined {
  const cdata = text.indexOf(']]>');
  if (cdata >= 0) return { line: lineAt(text, cdata), text: 'CDATA (<![CDATA[ … ]]>) is not read' };
  const control = text.search(forbiddenCharacter);
  if (control < 0) return undefined;
  const code = text.charCodeAt(control).toString(16).padStart(4, '0');
  return { line: lineAt(text, control), text: `the control character U+${code.toUpperCase()} is not allowed` };
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** Escapes what is text on this line and leaves what is a tag. Entities come out so that one decoding gives the value. */
function escapeLine(line: string): string {
  const lastEnd = line.lastIndexOf('>');
  return line.replace(/[<&]/g, (sign, at: number) => {
    if (sign === '<') return startsTag(line, at, lastEnd) ? '<' : '&lt;';
    // `&lt;` and `&gt;` reach the daemon as they are written; the other three are decoded.
    return startsWithAt(line, at, decoded) ? '&' : '&amp;';
  });
}

const decoded = ['&amp;', '&apos;', '&quot;'] as const;

const startsWithAt = (line: string, at: number, words: readonly string[]): boolean =>
  words.some((word) => line.startsWith(word, at));

/**
 * A `<` starts a tag when a name follows and, on the same line, at least one more character and a `>`.
 * So `<a>` alone on its line, or a tag that goes over a line end, is text; so is what a backslash escapes (an
 * escaped backslash escapes nothing: `C:\\</location>` is closed, as the shipped rules have it).
 */
function startsTag(line: string, at: number, lastEnd: number): boolean {
  if (isEscaped(line, at)) return false;
  const name = line[at + 1] === '/' ? at + 2 : at + 1;
  return lastEnd >= name + 2 && /[\p{L}\p{N}_]/u.test(line[name] ?? '');
}

function isEscaped(line: string, at: number): boolean {
  let backslashes = 0;
  while (line[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
