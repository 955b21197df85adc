/**
 * What could forge a line, or drive a terminal: C0 and C1 controls, line and paragraph separators,
 * and the marks that turn the direction of writing.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
const unsafe = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Characters of one text that are logged; a peer's text is no reason for a larger line. */
export const maxTextLength = 16_384;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string => short[character] ?? unicode(character);
const unicode = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Makes one line of any text: what is unsafe is written as `\n`, `\t`, `\u001b`. */
export function oneLine(text: string): string {
  const cut = text.length > maxTextLength;
  const kept = cut ? `${text.slice(0, maxTextLength)}... (${text.length - maxTextLength} more characters)` : text;
  return kept.replace(unsafe, escaped);
}

/** As `oneLine`, for what stands in brackets. */
export const oneTag = (tag: string): string => oneLine(tag.slice(0, 256)).replace(/[[\]]/g, '_');

/** JSON with the unsafe characters that `JSON.stringify` leaves as they are. */
export const safeJson = (value: unknown): string => JSON.stringify(value).replace(unsafe, unicode);
