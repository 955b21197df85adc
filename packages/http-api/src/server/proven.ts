/** From which networks a user's password was right lately. Bounded: the longest unseen is forgotten. */
import type { Clock } from '@muster/actor';

export interface Proven {
  has(name: string, network: string): boolean;
  add(name: string, network: string): void;
}

/** An hour: a program that asks now and then. */
const provenMs = 3_600_000;
const most = 1_000;

/** Nobody's yet. */
export function openProven(clock: Clock): Proven {
  const until = new Map<string, number>();
  const keyOf = (name: string, network: string): string => `${network} ${name}`;
  return {
    has: (name, network) => clock.now() < (until.get(keyOf(name, network)) ?? Number.NEGATIVE_INFINITY),
    add: (name, network) => {
      until.delete(keyOf(name, network));
      const [oldest] = until.keys();
      if (until.size >= most && oldest !== undefined) until.delete(oldest);
      until.set(keyOf(name, network), clock.now() + provenMs);
    },
  };
}
