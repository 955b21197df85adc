import { ControlError, isUnreachable } from '@muster/control';

/** How a command ends; listed in `muster --help`. `muster start` ends with the daemon's own codes as well, of which 75 is one. */
export const exitCodes = { fine: 0, fault: 1, notInSync: 2, notReachable: 3, alreadyRunning: 75 } as const;
export type ExitCode = number;

/** Behind the node that answers: it has no link to the one that is asked for. */
const behind: ReadonlySet<string> = new Set(['no-master', 'not-linked']);

/** Whether the node that was meant, this one or one behind it, could not be reached; it may be there again later. */
export const isAway = (error: unknown): boolean =>
  isUnreachable(error) || (error instanceof ControlError && behind.has(error.code));
