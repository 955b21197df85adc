/** Chance, all of it from one seed. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of chance. Two dice of the same seed and name throw the same. */
export interface Dice {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, both bounds included. */
  int(min: number, max: number): number;
  /** Uniform in [min, max). */
  between(min: number, max: number): number;
  /** True with probability `p`. Throws the dice also for 0 and 1, so that a changed `p` moves nothing else. */
  chance(p: number): boolean;
  /** One of `list`, which is not empty. */
  pick<T>(list: readonly T[]): T;
  bytes(count: number): Uint8Array;
  /** Dice of their own for `name`: what others throw does not move them. */
  fork(name: string): Dice;
}

/** `seed`: any whole number from 0 to 2^32 - 1. */
export function openDice(seed: number): Dice {
  const generator = xoroshiro128plus(spread(seed) | 0);
  const next = (): number => uniformFloat64(generator);
  return {
    next,
    int: (min, max) => uniformInt(generator, min, max),
    between: (min, max) => min + next() * (max - min),
    chance: (p) => next() < p,
    pick: (list) => list[uniformInt(generator, 0, list.length - 1)]!,
    bytes: (count) => Uint8Array.from({ length: count }, () => generator.next() & 0xff),
    fork: (name) => openDice(hashed(seed, name)),
  };
}

/** FNV-1a over the name, begun with the seed. */
function hashed(seed: number, name: string): number {
  let hash = spread(seed ^ 0x811c9dc5);
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return spread(hash);
}

/** Every bit moves every other (the finaliser of MurmurHash3): neighbouring seeds and names have nothing in common. */
function spread(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
