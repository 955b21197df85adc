import { Stopped } from '../waiting.ts';
import type { Context } from './context.ts';

/** The end of a command that goes on by itself. */
export interface End {
  /** Aborted when the time is up, a key ends it, or Ctrl-C. */
  readonly stop: AbortSignal;
  /** Throws `error`, but for that of an end as it should be. */
  readonly unlessItsOwn: (error: unknown) => void;
  readonly close: () => void;
}

/** Ends after `forMs`; on a terminal with `q`, or Ctrl-C, which is how such a command is ended. */
export function openEnd({ clock, stop, live }: Context, forMs: number | undefined): End {
  const ended = new AbortController();
  const cancel = forMs === undefined ? () => {} : clock.after(forMs, () => ended.abort());
  const release = live?.keys((key) => {
    if (key === 'q') ended.abort();
  });
  return {
    stop: AbortSignal.any([stop, ended.signal]),
    unlessItsOwn: (error) => {
      if (!(error instanceof Stopped)) throw error;
    },
    close: () => {
      cancel();
      release?.();
    },
  };
}
