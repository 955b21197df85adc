/** The world around the command; `main.ts` supplies the real one. */
import type { Child } from './child.ts';
import type { Simulator, SomePlan } from './simulator.ts';

export interface CommandDeps<P extends SomePlan> {
  readonly simulator: Simulator<P>;
  readonly openChild: (options: ChildWish) => Child;
  readonly output: Output;
  readonly files: Files;
  /** Why this is no Node that can be started; undefined: it is one. */
  readonly faultOfNode: (binary: string) => string | undefined;
  /** Wall time, ms; only differences count. */
  readonly nowMs: () => number;
  /** Until it is cancelled by what it returns. */
  readonly every: (ms: number, run: () => void) => () => void;
  /** Ctrl-C and SIGTERM: what was learnt so far is still said. */
  readonly stop: AbortSignal;
  readonly cores: number;
}

export interface ChildWish {
  readonly planted?: string | undefined;
  readonly nodeBinary?: string | undefined;
  /** Wall time without progress after which a run counts as failed. Default: three minutes, for a machine may be busy. */
  readonly patienceMs?: number;
}

export interface Output {
  line(text: string): void;
  error(text: string): void;
  /** How far it is. On a terminal the next one takes its place. */
  status(text: string): void;
  /** How often that is worth while. */
  readonly statusEveryMs: number;
}

export interface Files {
  read(path: string): string;
  /** Created with its folder. */
  write(path: string, text: string): void;
  /** Throws when it cannot be written. Makes no folder, and leaves what is there. */
  checkWritable(path: string): void;
  /** Calls `use` with a new empty folder, which is gone afterwards. */
  inFolder<T>(use: (folder: string) => Promise<T>): Promise<T>;
}

/** Of the process. */
export const exitCodes = { fine: 0, failed: 1, usage: 64, interrupted: 130 } as const;

/** All of `lines`, in order. */
export function print(output: Output, lines: readonly string[]): void {
  for (const line of lines) output.line(line);
}
