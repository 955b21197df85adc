/** Empty messages that measure how long an actor's mailbox takes: the kernel handles them in their turn, the actor never sees them. */
import type { Cell } from './cell.ts';

/** What an empty message found. */
export interface Probed {
  /** Milliseconds from its sending to its turn. */
  readonly waitMs: number;
}

export interface Probe {
  /** Clock milliseconds of its sending. */
  readonly at: number;
  readonly resolve: (probed: Probed) => void;
  readonly reject: (error: Error) => void;
}

/** Those that wait, by their number in the mailbox. */
export type Probes = Map<number, Probe>;

/** More than one measurement needs, few enough that those of an actor that never comes to them cost nothing. */
export const mostProbes = 64;

/** The probe that is the oldest of the mailbox, if it is one. Whoever takes it takes its empty message out, too. */
export function takeProbe({ probes, mailbox }: Cell): Probe | undefined {
  const oldest = probes?.get(mailbox.head);
  if (oldest !== undefined) probes?.delete(mailbox.head);
  return oldest;
}
