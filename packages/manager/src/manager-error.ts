import type { ManagerFault } from './manager.ts';

/** The manager beside us cannot be asked, or did not do what was asked. The text names the fault and its cure. */
export class ManagerError extends Error {
  /** The system's code, or one of ours. */
  readonly code: string;
  /** A file relative to R, or a socket. */
  readonly at: string;

  constructor(at: string, code: string, text: string, cause?: unknown) {
    super(`${at}: ${text} (${code})`, cause === undefined ? {} : { cause });
    this.name = 'ManagerError';
    this.code = code;
    this.at = at;
  }
}

const maxFaults = 100;

/** At most a hundred, and one that counts the others: a broken directory must not become 100,000 lines of log. */
export function capped(faults: readonly ManagerFault[]): readonly ManagerFault[] {
  const [next] = faults.slice(maxFaults);
  if (next === undefined) return faults;
  const more = faults.length - maxFaults;
  return [...faults.slice(0, maxFaults), { at: next.at, code: 'more-faults', text: `and ${more} more like these` }];
}
