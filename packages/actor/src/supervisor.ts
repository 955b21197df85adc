import type { Child, RestartRule, Superior } from './child.ts';
import { SupervisorStoppedError } from './errors.ts';
import { childPath } from './path.ts';
import { openRecoveries, type Recoveries } from './recovery.ts';
import { cellOf, type Ref } from './ref.ts';
import { decideRestart, type PastCrash } from './restart.ts';
import type { Runtime } from './runtime.ts';
import { type Nest, nest, type Parent } from './spawn.ts';
import { affected, checkSupervision, type SupervisionOptions } from './strategy.ts';
import { supervisorChild } from './supervisor-child.ts';

/** How one child is kept. */
export interface SpawnOptions {
  /** How long a stop waits for its work in flight, ms. The supervisor's unless given. */
  readonly shutdownMs?: number;
  /** `permanent` unless given. A temporary child that crashes, or whose siblings restart, is stopped instead. */
  readonly restart?: RestartRule;
}

/** Keeps its children running: actors and other supervisors, in start order. */
export interface Supervisor extends Parent {
  readonly name: string;
  /**
   * Starts a child now, or, if this supervisor itself waits for a restart, with it. Its ref outlives restarts.
   * Throws a `SupervisorStoppedError` from the beginning of a stop on.
   */
  spawn<Message>(start: (parent: Parent) => Ref<Message>, options?: SpawnOptions): Ref<Message>;
  /** A nested supervisor. What is not given is as here, but the strategy is one-for-one. */
  supervise(name: string, options?: Partial<SupervisionOptions>): Supervisor;
  /** Stops a child for good; resolves when it is. A child that is stopped already resolves at once. Rejects for no child of this one. */
  stopChild(child: Ref<never> | Supervisor): Promise<void>;
  /** Stops the children, last started first, each within its shutdown time, then itself. Never rejects. */
  stop(): Promise<void>;
}

/** A supervisor, over all its incarnations. */
export interface SupervisorState {
  readonly runtime: Runtime;
  readonly name: string;
  readonly path: string;
  readonly options: SupervisionOptions;
  readonly superior: Superior;
  /** By name, in start order. */
  readonly children: Map<string, Child>;
  readonly recoveries: Recoveries;
  readonly handle: Supervisor;
  self: Child;
  status: 'running' | 'ending' | 'down' | 'stopped';
  closed: boolean;
  ending: Promise<void> | undefined;
  stopping: Promise<void> | undefined;
  /** Crashes answered with a restart, oldest first. */
  history: readonly PastCrash[];
  incarnations: number;
  startedAt: number;
  lastError: { readonly at: number; readonly error: unknown } | undefined;
}

/** Makes a supervisor that is down; whoever adopts it starts it. */
export function openSupervisor(
  runtime: Runtime,
  superior: Superior,
  place: { readonly name: string; readonly path: string },
  options: SupervisionOptions,
): SupervisorState {
  checkSupervision(place.path, options);
  const children = new Map<string, Child>();
  const recoveries = openRecoveries({
    clock: runtime.clock,
    openTurn: (drain) => runtime.scheduler.mailbox(place.path, drain),
    children: () => children.values(),
  });
  const state: SupervisorState = {
    runtime,
    ...place,
    options,
    superior,
    children,
    recoveries,
    handle: undefined as never,
    self: undefined as never,
    status: 'down',
    closed: false,
    ending: undefined,
    stopping: undefined,
    history: [],
    incarnations: 0,
    startedAt: runtime.clock.now(),
    lastError: undefined,
  };
  const opened = Object.assign(state, { handle: handleOf(state) });
  opened.self = supervisorChild(opened);
  return opened;
}

function handleOf(state: SupervisorState): Supervisor {
  const superior: Superior = {
    crashed: (child, error) => childCrashed(state, child, error),
    gone: (child) => childGone(state, child),
    restart: (child) => restartChild(state, child),
  };
  const nestFor = ({ shutdownMs = state.options.shutdownMs, restart = 'permanent' }: SpawnOptions): Nest => ({
    path: state.path,
    runtime: state.runtime,
    superior,
    rule: restart,
    shutdownMs: checked(shutdownMs),
    adopt: (name, make) => adopt(state, name, make),
  });
  const parentFor = (options: SpawnOptions): Parent => ({ path: state.path, [nest]: nestFor(options) });

  return {
    ...parentFor({}),
    name: state.name,
    spawn: (start, options = {}) => start(parentFor(options)),
    supervise: (name, options = {}) => {
      const merged = { ...state.options, strategy: 'one-for-one' as const, ...options };
      let opened: SupervisorState | undefined;
      adopt(state, name, () => {
        opened = openSupervisor(state.runtime, superior, { name, path: childPath(state.path, name) }, merged);
        state.runtime.observer.spawned?.(opened.path);
        return opened.self;
      });
      return opened!.handle;
    },
    stopChild: (child) => stopChild(state, child),
    stop: () => state.self.stop('stopped'),
  };
}

function checked(shutdownMs: number): number {
  if (shutdownMs >= 0 && Number.isFinite(shutdownMs)) return shutdownMs;
  throw new Error(`shutdownMs ${shutdownMs}: give 0 or more milliseconds`);
}

function adopt(state: SupervisorState, name: string, make: () => Child): void {
  const { children, path } = state;
  if (state.closed) throw new SupervisorStoppedError(path, name);
  if (children.has(name)) {
    throw new Error(`${path} already has a child "${name}": choose another name, or await the stop of the first`);
  }
  const child = make();
  children.set(name, child);
  if (state.status === 'running') child.start();
}

function childGone(state: SupervisorState, child: Child): void {
  state.recoveries.forget(child);
  state.children.delete(child.name);
}

async function stopChild(state: SupervisorState, handle: Ref<never> | Supervisor): Promise<void> {
  const child = state.children.get(handle.name);
  if (child?.handle === handle) return child.stop('stopped');
  const stopped = 'spawn' in handle || cellOf(handle)?.status === 'stopped';
  if (!stopped || !handle.path.startsWith(state.path)) throw new Error(`${handle.path} is no child of ${state.path}`);
}

function childCrashed(state: SupervisorState, child: Child, error: unknown): void {
  const { runtime, options, recoveries } = state;
  const report = (outcome: 'restart' | 'give-up' | 'stop'): void =>
    runtime.observer.crashed?.(child.path, error, outcome);
  if (state.status !== 'running' || child.rule === 'temporary') {
    report('stop');
    if (child.rule === 'temporary') void child.stop('crashed');
    return;
  }
  const at = runtime.clock.now();
  const crash = { child: child.name, at, history: state.history, roll: runtime.random.next() };
  const decision = decideRestart(crash, options.intensity, options.backOff);
  report(decision.type);
  if (decision.type === 'give-up') {
    giveUp(state, new GaveUpError(child.path, options, error));
    return;
  }
  state.history = decision.history;
  recoveries.recover(affected(options.strategy, state.children.values(), child), decision.delayMs);
}

/**
 * One that waits for its restart already is started in the next turn, with those that restart with it. A
 * temporary one is not made to come back, and so is refused.
 */
function restartChild(state: SupervisorState, child: Child): boolean {
  if (state.status !== 'running' || child.rule === 'temporary' || !state.children.has(child.name)) return false;
  state.recoveries.recover([child], 0);
  return true;
}

/** Ends all children in good order, then counts as crashed itself. */
function giveUp(state: SupervisorState, error: Error): void {
  state.lastError = { at: state.runtime.clock.now(), error };
  void state.self.end().then(() => {
    if (!state.closed) state.superior.crashed(state.self, error);
  });
}

/** A child of a supervisor crashed more often than it is granted; `cause` is its last error. */
export class GaveUpError extends Error {
  readonly code = 'SUPERVISOR_GAVE_UP';
  readonly path: string;
  constructor(path: string, { intensity }: SupervisionOptions, cause: unknown) {
    const { maxRestarts, withinMs } = intensity;
    super(`${path} crashed beyond the ${maxRestarts} restarts granted within ${withinMs} ms: ${String(cause)}`, {
      cause,
    });
    this.name = 'GaveUpError';
    this.path = path;
  }
}
