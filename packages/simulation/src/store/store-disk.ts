/** What the stores of one machine hold: it outlives processes, and not all of it need outlive a loss of power. */
import type { Dice } from '../dice.ts';

export interface StoreFailure {
  readonly code: 'ENOSPC' | 'EIO';
  /** Of each commit; 1: always. */
  readonly probability: number;
}

export interface StoreDisk {
  /** Commits fail so; removed again to heal. */
  readonly failures: StoreFailure[];
  /** Each is called right before a commit takes effect. */
  readonly ambushes: Set<() => void>;
  losePower(dice: Dice): void;
  /** What the next process finds in place of each store. */
  damage(how: 'removed' | 'garbage'): void;
}

export function openStoreDisk(): StoreDisk {
  return { failures: [], ambushes: new Set(), losePower: () => {}, damage: () => {} };
}
