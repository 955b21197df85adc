/** The actor did not answer in time; it may still do the work. */
export class AskTimeoutError extends Error {
  readonly code = 'ASK_TIMEOUT';
  readonly path: string;
  constructor(path: string, timeoutMs: number) {
    super(`${path} did not answer within ${timeoutMs} ms`);
    this.name = 'AskTimeoutError';
    this.path = path;
  }
}

/** The actor is stopped, or stopped before it answered. */
export class ActorStoppedError extends Error {
  readonly code = 'ACTOR_STOPPED';
  readonly path: string;
  constructor(path: string) {
    super(`${path} is stopped and does not answer`);
    this.name = 'ActorStoppedError';
    this.path = path;
  }
}

/** The supervisor is stopped, or is being stopped: it takes no child any more. */
export class SupervisorStoppedError extends Error {
  readonly code = 'SUPERVISOR_STOPPED';
  readonly path: string;
  constructor(path: string, child: string) {
    super(`${path} is stopped: nothing is spawned under it any more (${child})`);
    this.name = 'SupervisorStoppedError';
    this.path = path;
  }
}

/** The actor crashed (`cause`) after it took the question; the answer is lost, its work may be half done. */
export class ActorCrashedError extends Error {
  readonly code = 'ACTOR_CRASHED';
  readonly path: string;
  constructor(path: string, cause: unknown) {
    super(`${path} crashed before it answered`, { cause });
    this.name = 'ActorCrashedError';
    this.path = path;
  }
}

/** The actor's mailbox is full and the question was not taken, or was dropped for a newer one. Ask again later. */
export class MailboxFullError extends Error {
  readonly code = 'MAILBOX_FULL';
  readonly path: string;
  constructor(path: string) {
    super(`the mailbox of ${path} is full: the question was not taken; ask again later`);
    this.name = 'MailboxFullError';
    this.path = path;
  }
}
