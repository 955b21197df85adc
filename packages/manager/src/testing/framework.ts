/** What a suite needs of a test framework: it knows none itself. */
export interface TestFramework {
  readonly describe: (title: string, body: () => void) => void;
  readonly it: (title: string, body: () => Promise<void>) => void;
  /** Deep equality; throws when it does not hold. */
  readonly equal: (actual: unknown, expected: unknown) => void;
}
