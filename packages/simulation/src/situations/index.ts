/** What must have happened at least once, for what must hold to mean something. */
export { type Situation, type SituationName, situations } from './list.ts';
export { openSituations } from './situations.ts';
