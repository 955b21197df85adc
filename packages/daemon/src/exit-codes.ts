/** How a daemon ends. Documented in `docs/operating.md`; a service manager may act on them. */
export const exitCodes = {
  /** Stopped on request. */
  stopped: 0,
  /** The configuration is wrong, or what it names cannot be had (port taken, directory not writable). */
  cannotStart: 1,
  /** An actor crashed more often than its supervisors allow (EX_SOFTWARE of sysexits.h): start again. */
  gaveUp: 70,
  /** Another daemon runs for the same R (EX_TEMPFAIL of sysexits.h). */
  alreadyRunning: 75,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Thrown by what runs before the actors do. `main` prints it and ends the process with its code. */
export class StartError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: string, text: string, exitCode: ExitCode = exitCodes.cannotStart, cause?: unknown) {
    super(text, { cause });
    this.name = 'StartError';
    this.code = code;
    this.exitCode = exitCode;
  }
}
