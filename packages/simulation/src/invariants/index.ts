/** What must hold, whatever happens. */
export { type Difference, type Invariants, openInvariants } from './invariants.ts';
export { type Invariant, invariants } from './list.ts';
export { placeProbes } from './probes.ts';
