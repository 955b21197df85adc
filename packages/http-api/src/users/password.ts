/**
 * Hashes of passwords: scrypt (RFC 7914), off the event loop. A hash keeps its parameters, so that they can be raised
 * and older hashes go on.
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

export interface PasswordHash {
  /** Cost, a power of 2; memory is 128 * n * r bytes. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** Both base64. */
  readonly salt: string;
  readonly hash: string;
}

/** 32 MiB and about 0.2 s of one core: what a login may cost, and a thief of the file pays for each guess (OWASP). */
export const hashCost = { n: 32_768, r: 8, p: 3 } as const;
/** A file may ask for no more: 128 MiB. */
export const hashBounds = { n: { min: 1_024, max: 131_072 }, r: { min: 1, max: 16 }, p: { min: 1, max: 16 } } as const;
export const saltBytes = 16;
const hashBytes = 32;

/** Hashes `password` with a salt of `saltBytes` that nobody can guess. */
export async function hashPassword(password: string, salt: Buffer): Promise<PasswordHash> {
  const hash = await derive(password, salt, hashCost);
  return { ...hashCost, salt: salt.toString('base64'), hash: hash.toString('base64') };
}

/** Whether `password` is the one of `known`. Takes as long whichever it is. */
export async function isPassword(password: string, known: PasswordHash): Promise<boolean> {
  const wanted = Buffer.from(known.hash, 'base64');
  const found = await derive(password, Buffer.from(known.salt, 'base64'), known);
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

/** Of no password. An unknown user is checked against it, and so takes as long as a known one. */
export const nobodysHash: PasswordHash = {
  ...hashCost,
  salt: Buffer.alloc(saltBytes, 1).toString('base64'),
  hash: Buffer.alloc(hashBytes, 1).toString('base64'),
};

function derive(password: string, salt: Buffer, { n, r, p }: Pick<PasswordHash, 'n' | 'r' | 'p'>): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) => {
    // One form of a letter that has several, so that any keyboard's is the same password.
    scrypt(password.normalize('NFC'), salt, hashBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
