/** A whole cluster in one process, on one clock, from one seed. */
export { type Dice, openDice } from './dice.ts';
export { type Host, openHost } from './host.ts';
export { openTimeline, type Timeline } from './timeline.ts';
export { openTrace, type Trace } from './trace.ts';
