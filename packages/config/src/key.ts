const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_';
const length = 32;

/** The largest multiple of 63 in a byte's range: bytes from here on would favour the first letters. */
const fair = 256 - (256 % alphabet.length);

/**
 * A new cluster key: 32 of `[A-Za-z0-9_]`, each letter equally likely, 191 bits in all.
 *
 * @param randomBytes gives `count` unpredictable bytes; asked again until enough of them are usable.
 */
export function generateKey(randomBytes: (count: number) => Uint8Array): string {
  let key = '';
  while (key.length < length) {
    for (const byte of randomBytes(length)) if (byte < fair) key += alphabet[byte % alphabet.length];
  }
  return key.slice(0, length);
}

/** 32 letters, digits or `_` (`reference/config.md` 1). */
export const isKey = (text: string): boolean => /^[A-Za-z0-9_]{32}$/.test(text);
