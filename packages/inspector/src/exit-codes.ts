import { isAway } from '@muster/control';

/** How the inspector ends, as all of muster's commands. */
export const exitCodes = { fine: 0, fault: 1, notReachable: 3 } as const;
export type ExitCode = number;

export const exitCodeOf = (error: unknown): ExitCode => (isAway(error) ? exitCodes.notReachable : exitCodes.fault);
