/** A promise that was not kept. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** Which promise, as in `docs/simulation.md`. */
  readonly invariant: string;
  constructor(invariant: string, text: string) {
    super(`${invariant}: ${text}`);
    this.invariant = invariant;
  }
}
