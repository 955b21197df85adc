/** What became of one run of one plan. Data only: it goes between processes as JSON. */
export interface Outcome {
  readonly seed: number;
  /** No promise was broken. */
  readonly ok: boolean;
  /** The first promise that was broken; present exactly when not `ok`. */
  readonly violation?: Breach;
  readonly simulatedMs: number;
  /** Happenings in all. */
  readonly steps: number;
  /** Of the whole trace, 16 hex digits: the same plan gives the same on every engine. */
  readonly hash: string;
  /** Situations that were met, each once. */
  readonly met: readonly string[];
  /** The trace's end, oldest first. */
  readonly lastSteps: readonly string[];
  /** The end of all nodes' logs, oldest first. */
  readonly logTail: readonly string[];
}

/** A promise that was broken. */
export interface Breach {
  /** Which promise, as in `docs/simulation.md`. */
  readonly invariant: string;
  readonly text: string;
  /** Simulated time. */
  readonly atMs: number;
}

export interface RunOptions {
  /** Gets each step, and each line of a log, as it happens. */
  readonly trace?: (line: string) => void;
}
