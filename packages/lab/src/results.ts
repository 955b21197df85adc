import { columns, seconds } from './view.ts';

/** What one step of the verification came to. */
export interface StepResult {
  readonly name: string;
  /** From the act until it was seen everywhere; undefined when it was not seen in time. */
  readonly tookMs: number | undefined;
  /** What it is measured against; a slower step is marked, and fails nothing. */
  readonly goalMs: number;
  /** What did not hold, in words. Empty: all held. */
  readonly broken: string;
}

export const held = (results: readonly StepResult[]): boolean =>
  results.length > 0 && results.every(({ broken }) => broken === '');

/** The table at the end, then one line on what did not hold. */
export function renderResults(results: readonly StepResult[]): readonly string[] {
  const rows = results.map(({ name, tookMs, goalMs, broken }) => [
    name,
    tookMs === undefined ? '-' : seconds(tookMs),
    seconds(goalMs),
    broken === '' ? (tookMs !== undefined && tookMs > goalMs ? 'held, slower than the goal' : 'held') : broken,
  ]);
  const failed = results.filter(({ broken }) => broken !== '').map(({ name }) => name);
  const verdict = held(results) ? 'All of it held.' : `Did not hold: ${failed.join('; ') || 'nothing was verified'}.`;
  return [...columns([['STEP', 'TOOK', 'GOAL', 'RESULT'], ...rows]), '', verdict];
}
