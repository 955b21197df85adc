/** How often HAProxy is asked. Pure. */
import type { BalancerConfig } from './state.ts';

/** The least time between two looks for advice: what changes by itself (connections near their limit) changes slowly. ms. */
const leastAdviceMs = 60_000;

/** Milliseconds between two looks for advice. */
export const adviceMs = ({ frequencyMs }: BalancerConfig): number => Math.max(leastAdviceMs, frequencyMs);

/** Of one that cannot be reached, 1 s, 2 s, 4 s, then every 5 s: asking costs nothing, and agents wait for who takes them. */
export const lookBackOffMs = (attempts: number): number => Math.min(5_000, backOffMs(attempts));

/** Of what HAProxy refused: 1 s, doubling, at most 30 s. */
export const backOffMs = (attempts: number): number => Math.min(30_000, 1_000 * 2 ** Math.min(attempts - 1, 10));

/** Between two looks while something goes on, ms: a join takes agents within this of its first good check. */
const quickestMs = 200;

/** Milliseconds until the next look while something goes on. */
export const quickMs = ({ pollMs }: BalancerConfig): number => Math.min(pollMs, quickestMs);
