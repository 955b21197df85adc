import { Buffer } from 'node:buffer';
import { MAX_PATH, MAX_PATH_PART } from './limits.ts';

// A high surrogate without its low one, or a low one without its high one.
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point.
const forbidden = /[\0-\x1f\x7f\\]/;
const plain = /^[\w.+@=,~ -]+(?:\/[\w.+@=,~ -]+)*$/;
const emptyPart = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Whether every surrogate has its partner, so that UTF-8 can say it. */
export const isWellFormed = (text: string): boolean => !loneSurrogate.test(text);

/**
 * Why `path` may not name a file on the wire; undefined when it may.
 *
 * A path is relative to R and normalised: parts separated by one slash, none empty, `.` or `..`;
 * no backslash, NUL or other control character; well-formed UTF-16; each part at most 255 bytes of
 * UTF-8, 4,096 in all (`reference/security.md` 4, "Files out of master").
 */
export function checkPath(path: string): string | undefined {
  if (path.length > MAX_PATH) return 'longer than 4,096 bytes';
  if (emptyPart.test(path)) return "an empty part, '.' or '..'";
  if (plain.test(path)) return path.length <= MAX_PATH_PART ? undefined : tooLongPart(path);
  if (forbidden.test(path)) return 'a control character or a backslash';
  if (!isWellFormed(path)) return 'not well-formed Unicode';
  if (Buffer.byteLength(path) > MAX_PATH) return 'longer than 4,096 bytes';
  return tooLongPart(path);
}

const tooLongPart = (path: string): string | undefined =>
  path.split('/').some((part) => Buffer.byteLength(part) > MAX_PATH_PART) ? 'a part longer than 255 bytes' : undefined;
