/** Adapter: a helper process of the lab, which lives no longer than whoever started it. */
import { createInterface } from 'node:readline';

export interface ParentHandlers {
  /** A line on stdin: a command. */
  readonly line: (text: string) => void;
  /** Stdin was closed, or a signal came. Once. */
  readonly end: () => void;
}

/**
 * Holds to the parent by stdin: however it ends, the pipe closes. Its not reading any more is no reason to fail.
 * Run by hand, a terminal's stdin serves as well as a pipe.
 */
export function attachToParent({ line, end }: ParentHandlers): void {
  let ended = false;
  const once = (): void => {
    if (!ended) end();
    ended = true;
  };
  createInterface({ input: process.stdin }).on('line', line).on('close', once);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, once);
  process.stdout.on('error', once);
}
