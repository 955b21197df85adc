import { Buffer } from 'node:buffer';
import { MAX_TEXT } from './limits.ts';

/**
 * A text as the wire takes it: at most `most` UTF-16 units (at least 2; a cut one ends in …), and no half
 * of a surrogate pair, neither of the caller's nor of the cut's making.
 */
export const clip = (text: string, most: number = MAX_TEXT): string =>
  Buffer.from(text.length <= most ? text : `${text.slice(0, most - 1)}…`).toString();
