/** Adapter: a stop comes to its end, even where a thread hangs in the system (a network file system that is gone). */
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** The actors are given 5 s each, one after the other; a service manager kills after 90 s by default. */
export const stopWithinMs = 45_000;

/** Ends the process with `gaveUp` when it is still there after `withinMs`; `late` is told before. Holds nothing open. */
export function endWithin(
  withinMs: number,
  late: () => void,
  exit: (code: ExitCode) => void = (code) => process.exit(code),
): void {
  const timer = setTimeout(() => {
    late();
    exit(exitCodes.gaveUp);
  }, withinMs);
  timer.unref();
}

/** Longer than a reader that lives needs for what is left. */
const unreadMs = 1_000;

/** Ends the process with `code` a second from now where a standard output that nobody reads would hold it. */
export function leaveUnread(code: ExitCode): void {
  if (process.stdout.writableLength + process.stderr.writableLength === 0) return;
  setTimeout(() => process.exit(code), unreadMs).unref();
}
