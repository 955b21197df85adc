import type { ActorView, Child, StopReason } from './child.ts';
import { endAll } from './recovery.ts';
import type { SupervisorState } from './supervisor.ts';

/** A supervisor as its own supervisor sees it. */
export function supervisorChild(state: SupervisorState): Child {
  return {
    name: state.name,
    path: state.path,
    rule: 'permanent',
    handle: state.handle,
    down: () => state.status === 'down' || state.status === 'stopped',
    start: () => start(state),
    end: () => end(state),
    stop: (reason) => stop(state, reason),
    row: () => rowOf(state),
    children: state.children,
  };
}

/** Starts the children left to right. One that fails is restarted by the strategy while the rest start. */
function start(state: SupervisorState): void {
  if (state.status !== 'down' || state.closed) return;
  state.status = 'running';
  state.history = [];
  state.startedAt = state.runtime.clock.now();
  if (state.incarnations++ > 0) state.runtime.observer.restarted?.(state.path);
  for (const child of [...state.children.values()]) {
    if (state.status !== 'running') return;
    if (!state.recoveries.has(child)) child.start();
  }
}

/** Ends the children right to left; they may be started again. */
function end(state: SupervisorState): Promise<void> {
  if (state.ending !== undefined) return state.ending;
  if (state.status !== 'running') return Promise.resolve();
  state.status = 'ending';
  state.recoveries.cancelAll();
  state.ending = endAll([...state.children.values()]).then(() => {
    state.ending = undefined;
    state.status = 'down';
  });
  return state.ending;
}

function stop(state: SupervisorState, reason: StopReason): Promise<void> {
  if (state.stopping !== undefined) return state.stopping;
  state.closed = true;
  if (state.status === 'running') state.status = 'ending';
  state.recoveries.cancelAll();
  state.stopping = stopAll(state, reason);
  return state.stopping;
}

async function stopAll(state: SupervisorState, reason: StopReason): Promise<void> {
  for (const child of [...state.children.values()].reverse()) await child.stop(reason);
  state.status = 'stopped';
  state.recoveries.close();
  state.superior.gone(state.self);
  state.runtime.observer.stopped?.(state.path);
}

function rowOf(state: SupervisorState): ActorView {
  const { lastError } = state;
  return {
    path: state.path,
    name: state.name,
    kind: 'supervisor',
    status: state.status,
    depth: 0,
    highWater: 0,
    capacity: 0,
    processed: 0,
    overflowed: 0,
    busyMs: 0,
    inFlight: 0,
    restarts: Math.max(0, state.incarnations - 1),
    startedAt: state.startedAt,
    lastError: lastError && { at: lastError.at, text: String(lastError.error) },
  };
}
