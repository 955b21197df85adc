/** The life of one incarnation: it starts, and it ends in good order or crashes. */
import type { Cell, Ending } from './cell.ts';
import { deliverOwn, wakeFor } from './deliver.ts';
import { ActorCrashedError, ActorStoppedError } from './errors.ts';
import { clearOwn, ownDepth } from './own-lane.ts';
import { type OpenScope, openScope } from './scope.ts';
import { synchronous } from './synchronous.ts';

/** Starts an incarnation, unless one runs or the actor is being stopped. */
export function start(cell: Cell): void {
  if (cell.status !== 'down' || cell.closed) return;
  const { behaviour } = cell;
  cell.status = 'running';
  const scope = scopeOf(cell);
  cell.scope = scope;
  cell.startedAt = behaviour.clock.now();
  if (cell.incarnations++ > 0) cell.runtime.observer.restarted?.(cell.path);
  guarded(cell, () => {
    cell.state = behaviour.init();
    synchronous(behaviour.started?.(scope), cell.path);
  });
  if (cell.mailbox.tail > cell.mailbox.head) wakeFor(cell);
  tellAwaiting(cell, true);
}

/** Tells those who wait for the next start that it was, or that there will be none. */
export function tellAwaiting(cell: Cell, started: boolean): void {
  const { awaiting } = cell;
  cell.awaiting = undefined;
  for (const tell of awaiting ?? []) tell(started);
}

/**
 * Ends the incarnation in good order: timers off, the effects of `stopping`, then work in flight and
 * its outcomes, at most for the shutdown time. Waits first for the handler on the stack, if any.
 */
export function end(cell: Cell): Promise<void> {
  if (cell.ending !== undefined) return cell.ending.promise;
  if (cell.status !== 'running') return Promise.resolve();
  const ending = openEnding();
  cell.ending = ending;
  if (!cell.handling) beginEnd(cell);
  return ending.promise;
}

/** Ends the incarnation at once, and hands the error to the supervisor, or waits for the handler on the stack. */
export function crash(cell: Cell, error: unknown): void {
  if (cell.status !== 'running' && cell.status !== 'ending') return;
  if (cell.handling) {
    cell.injected ??= { error };
    return;
  }
  cell.lastError = { at: cell.behaviour.clock.now(), error };
  const wasEnding = cell.ending !== undefined;
  finish(cell, () => new ActorCrashedError(cell.path, error));
  if (wasEnding) cell.runtime.observer.crashed?.(cell.path, error, 'stop');
  else cell.superior.crashed(cell.child, error);
}

/** Does what was put off until the handler left the stack. */
export function interrupt(cell: Cell): void {
  const { injected } = cell;
  cell.injected = undefined;
  if (injected !== undefined) crash(cell, injected.error);
  else if (cell.ending !== undefined && cell.status === 'running') beginEnd(cell);
}

/** Completes the end when nothing is left to wait for. */
export function settleEnd(cell: Cell): void {
  if (cell.status !== 'ending') return;
  if (cell.scope?.inFlight() === 0 && ownDepth(cell.own) === 0) finish(cell, () => new ActorStoppedError(cell.path));
}

/** Fails the asks whose question is one of the first `before` that came; all of them by default. */
export function failAsks(cell: Cell, error: () => Error, from: number, before: number): void {
  if (cell.asks === undefined) return;
  for (const [number, pending] of cell.asks) {
    if (number < from || number >= before) continue;
    cell.asks.delete(number);
    pending.fail(error());
  }
}

function beginEnd(cell: Cell): void {
  cell.status = 'ending';
  cell.scope?.cancelTimers();
  const { behaviour } = cell;
  guarded(cell, () => {
    for (const effect of behaviour.stopping?.(cell.state) ?? []) {
      synchronous(behaviour.perform(effect, cell.scope!), cell.path);
    }
  });
  settleEnd(cell);
  const { ending } = cell;
  if (ending === undefined) return;
  ending.cancelDeadline = cell.runtime.clock.after(cell.shutdownMs, () =>
    finish(cell, () => new ActorStoppedError(cell.path)),
  );
}

/** Runs code of the behaviour; its throw, or a crash asked for meanwhile, is a crash of the actor. */
function guarded(cell: Cell, code: () => void): void {
  cell.handling = true;
  try {
    code();
  } catch (error) {
    cell.injected ??= { error };
  }
  cell.handling = false;
  interrupt(cell);
}

/** The incarnation is over: nothing of it is left but the messages of others that it did not come to. */
function finish(cell: Cell, error: () => Error): void {
  const { ending } = cell;
  cell.status = 'down';
  cell.ending = undefined;
  cell.scope?.close();
  cell.scope = undefined;
  cell.state = undefined;
  clearOwn(cell.own);
  failAsks(cell, error, 0, cell.mailbox.head);
  ending?.cancelDeadline();
  ending?.resolve();
}

function scopeOf(cell: Cell): OpenScope {
  return openScope({
    clock: cell.behaviour.clock,
    deliver: (message) => deliverOwn(cell, message),
    fault: (error) => crash(cell, error),
    workEnded: () => settleEnd(cell),
  });
}

function openEnding(): Ending {
  let resolve = (): void => {};
  const promise = new Promise<void>((settled) => {
    resolve = settled;
  });
  return { promise, resolve, cancelDeadline: () => {} };
}
