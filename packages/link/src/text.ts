import { MAX_TEXT } from '@muster/protocol';

/** A text for the peer's people: at most as long as the protocol takes, without half a surrogate pair. */
export const clip = (text: string): string =>
  Buffer.from(text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 2)}…`).toString();

/** A code as the protocol takes it; anything else becomes `failed`. */
export const codeOf = (code: string): string => (/^[A-Za-z0-9_-]{1,64}$/.test(code) ? code : 'failed');
