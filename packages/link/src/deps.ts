import type { Clock } from '@muster/actor';
import type { LinkLimits } from './limits.ts';

/** What a link needs of the node it runs in. */
export interface LinkDeps {
  readonly clock: Clock;
  /** Wall clock, ms since 1970, for measuring the skew of the peer's. */
  readonly wallNow: () => number;
  /** Runs `run` at the end of this turn of the event loop: what is sent in one turn leaves in one write. */
  readonly defer: (run: () => void) => void;
  readonly limits: LinkLimits;
}
