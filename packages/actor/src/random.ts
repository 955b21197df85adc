/** Adapter: the machine's randomness, behind a port. */
import { randomBytes } from 'node:crypto';

/** Where chance comes from. Everything an actor leaves to chance goes through one of these. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `n` fresh bytes, fit for keys when the source is `systemRandom`. */
  bytes(n: number): Uint8Array;
}

/** Cryptographic randomness of the machine. `next` carries 48 bits. */
export const systemRandom: Random = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  bytes: (n) => randomBytes(n),
};
