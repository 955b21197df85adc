/** How a command ends; listed in `muster --help`. `muster start -f` ends with the daemon's own codes. */
export const exitCodes = { fine: 0, fault: 1, notInSync: 2, notReachable: 3 } as const;
export type ExitCode = number;
