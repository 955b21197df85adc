import type { Child } from './child.ts';
import type { Clock } from './clock.ts';
import type { Turn } from './scheduler.ts';

/** The children of one supervisor that wait for their restart, in groups that restart together. */
export interface Recoveries {
  /** Ends those of `group` that still run, waits, then starts all. Merges with a group that it shares a child with. */
  recover(group: readonly Child[], delayMs: number): void;
  has(child: Child): boolean;
  /** The child is stopped or gone: it will not be restarted. */
  forget(child: Child): void;
  /** Nobody restarts any more. */
  cancelAll(): void;
  close(): void;
}

interface Recovery {
  readonly group: Set<Child>;
  cancelled: boolean;
  cancelTimer: () => void;
}

export interface RecoveryPorts {
  readonly clock: Clock;
  /** Runs `fire` in a turn of the supervisor's own. */
  openTurn(drain: () => void): Turn;
  /** The children, in start order. */
  children(): Iterable<Child>;
}

export function openRecoveries(ports: RecoveryPorts): Recoveries {
  const due: Recovery[] = [];
  const turn = ports.openTurn(() => {
    for (const recovery of due.splice(0)) startAll(waiting, recovery);
  });
  const waiting: Waiting = { ports, pending: new Map(), due, turn };
  const { pending } = waiting;
  return {
    recover: (children, delayMs) => recover(waiting, children, delayMs),
    has: (child) => pending.has(child),
    forget: (child) => {
      const recovery = pending.get(child);
      recovery?.group.delete(child);
      pending.delete(child);
      if (recovery?.group.size === 0) cancel(waiting, recovery);
    },
    cancelAll: () => {
      for (const recovery of new Set(pending.values())) cancel(waiting, recovery);
    },
    close: () => turn.close(),
  };
}

interface Waiting {
  readonly ports: RecoveryPorts;
  readonly pending: Map<Child, Recovery>;
  /** To be started in the next turn. */
  readonly due: Recovery[];
  readonly turn: Turn;
}

function recover(waiting: Waiting, children: readonly Child[], delayMs: number): void {
  const { pending } = waiting;
  const group = new Set(children);
  for (const child of children) {
    const earlier = pending.get(child);
    if (earlier === undefined) continue;
    for (const other of earlier.group) group.add(other);
    cancel(waiting, earlier);
  }
  const recovery: Recovery = { group, cancelled: false, cancelTimer: () => {} };
  for (const child of group) pending.set(child, recovery);
  const running = inStartOrder(waiting, group).filter((child) => !child.down());
  if (running.length === 0) wait(waiting, recovery, delayMs);
  else void endAll(running).then(() => wait(waiting, recovery, delayMs));
}

function wait(waiting: Waiting, recovery: Recovery, delayMs: number): void {
  if (recovery.cancelled) return;
  if (delayMs > 0) {
    recovery.cancelTimer = waiting.ports.clock.after(delayMs, () => startAll(waiting, recovery));
    return;
  }
  waiting.due.push(recovery);
  if (waiting.due.length === 1) waiting.turn.wake();
}

function startAll(waiting: Waiting, recovery: Recovery): void {
  for (const child of inStartOrder(waiting, recovery.group)) {
    if (recovery.cancelled) return;
    recovery.group.delete(child);
    waiting.pending.delete(child);
    child.start();
  }
}

function cancel(waiting: Waiting, recovery: Recovery): void {
  recovery.cancelled = true;
  recovery.cancelTimer();
  for (const child of recovery.group) waiting.pending.delete(child);
}

function inStartOrder({ ports }: Waiting, group: Set<Child>): readonly Child[] {
  return group.size < 2 ? [...group] : [...ports.children()].filter((child) => group.has(child));
}

/** Ends `children`, given in start order, last started first, one after the other. The temporary ones for good. */
export async function endAll(children: readonly Child[]): Promise<void> {
  for (const child of [...children].reverse()) {
    await (child.rule === 'temporary' ? child.stop('stopped') : child.end());
  }
}
