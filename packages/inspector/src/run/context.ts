import type { Clock } from '@muster/actor';
import type { Wait } from '../connection.ts';
import type { Style } from '../render/show.ts';
import type { Session } from '../session.ts';

/** What a command has of the world while it runs. */
export interface Context extends Wait {
  readonly session: Session;
  readonly clock: Clock;
  readonly wallNow: () => number;
  readonly style: Style;
  /** Whole lines for the person, or for the program that reads. */
  readonly out: (text: string) => void;
  /** What is no result: that the node was lost, that nothing fits. */
  readonly notice: (text: string) => void;
  /** Resolves when what was written is on its way; false: nobody reads it. */
  readonly flow: () => Promise<boolean>;
  /** Absent: there is no terminal, or it is not to be drawn on. */
  readonly live: Live | undefined;
  /** How wide lines may be. Infinity where there is no terminal. */
  readonly columns: () => number;
  /** Milliseconds that commands which go on by themselves wait for a lost node. */
  readonly liveMs: number;
  readonly operate: boolean;
  readonly json: boolean;
  /** Writes a new file that only this user may read. Rejects when there is one. */
  readonly save: (file: string, text: string) => Promise<void>;
}

/** A terminal that is drawn on in place. */
export interface Live {
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** In the place of the frame before. No line may be wider than the terminal. */
  readonly frame: (lines: readonly string[]) => void;
  /** The frame stays as it is; what comes is written below. */
  readonly done: () => void;
  /** Hands keys to `obey` until the returned function is called; Ctrl-C ends the command before. */
  readonly keys: (obey: (key: string) => void) => () => void;
}

/** What a command comes to: a value for programs, lines for people. */
export interface Result {
  readonly value: unknown;
  readonly lines: readonly string[];
}

/** The command may not be given, or makes no sense here. Its message names the cure. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What it said has been written already, line by line; `value` is for programs. */
export const written = (value: unknown): Result => ({ value, lines: [] });
