/** What goes wrong in a run, and that it is over at the end. */
export { healAll, scheduleDeeds } from './chaos.ts';
