/** How a command ends; listed in `muster --help`. `muster start` ends with the daemon's own codes as well, of which 75 is one. */
export const exitCodes = { fine: 0, fault: 1, notInSync: 2, notReachable: 3, alreadyRunning: 75 } as const;
export type ExitCode = number;
