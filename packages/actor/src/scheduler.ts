/**
 * Who gives actors their turns. Production: nact (`nactScheduler`). A simulation supplies its own
 * and so decides the order in which actors run.
 */
export interface Scheduler {
  /** `name` is for showing only; two mailboxes may share it. `drain` does not throw. */
  mailbox(name: string, drain: () => void): Turn;
}

/** The right of one mailbox to a turn. */
export interface Turn {
  /**
   * Runs `drain` once, later: never inside this call, never while an earlier `drain` of the same
   * mailbox runs. Called at most once until that run began.
   */
  wake(): void;
  /** No `drain` begins after this. May be called inside a `drain`, and twice. */
  close(): void;
}
