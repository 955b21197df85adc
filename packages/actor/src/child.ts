/** Whether a child that crashed comes back, and whether it comes back with its supervisor. */
export type RestartRule = 'permanent' | 'temporary';

/** Why an actor is no more: it was stopped; it crashed and was temporary; or the whole system gave up. */
export type StopReason = 'stopped' | 'crashed' | 'gave-up';

/** What a supervisor sees of an actor or of a nested supervisor. */
export interface Child {
  readonly name: string;
  readonly path: string;
  readonly rule: RestartRule;
  /** Its ref, or its supervisor. */
  readonly handle: object;
  /** No incarnation runs or ends. */
  down(): boolean;
  /** Starts an incarnation. Does nothing when one runs. A failure comes back through `Superior.crashed`. */
  start(): void;
  /** Ends the incarnation in good order, within the shutdown time; the child may be started again. Never rejects. */
  end(): Promise<void>;
  /** Ends it for good. Never rejects. A second call returns the same promise. */
  stop(reason: StopReason): Promise<void>;
  /** As the inspector shows it, without its children. */
  row(): ActorView;
  /** By name, in start order. An actor has none. */
  readonly children: ReadonlyMap<string, Child>;
}

/** What a child tells its supervisor. */
export interface Superior {
  /** The incarnation is over. Not called for one that was being ended. */
  crashed(child: Child, error: unknown): void;
  /** The child is stopped for good. */
  gone(child: Child): void;
  /** Ends the child in good order and starts it anew, outside the budget. False, and nothing done, when it is not to come back. */
  restart(child: Child): boolean;
}

/** An actor or supervisor as the inspector shows it. Times in milliseconds of the clock. */
export interface ActorView {
  readonly path: string;
  readonly name: string;
  readonly kind: 'actor' | 'supervisor';
  /** `down`: it crashed, or was ended with its siblings, and waits for its restart. */
  readonly status: 'running' | 'ending' | 'down' | 'stopped';
  /** Messages that wait, and the most that ever did. 0 for a supervisor, as all below. */
  readonly depth: number;
  readonly highWater: number;
  readonly capacity: number;
  readonly processed: number;
  /** Messages dropped or refused because the mailbox was full. */
  readonly overflowed: number;
  readonly busyMs: number;
  /** Pieces of `scope.run` work in flight. */
  readonly inFlight: number;
  readonly restarts: number;
  readonly startedAt: number;
  readonly lastError: { readonly at: number; readonly text: string } | undefined;
}
