import type { Cell } from './cell.ts';
import type { DeadLetterReason } from './dead-letters.ts';
import { ActorStoppedError, MailboxFullError } from './errors.ts';
import { isSample, push, shift, unstamped } from './mailbox.ts';
import { type OwnEntry, ownDepth, ownLimit } from './own-lane.ts';
import { mostProbes, type Probed, takeProbe } from './probe.ts';
import { redactOf } from './redaction.ts';

/**
 * Queues a message of someone else's. While the actor waits for a restart it stays queued. False
 * when it was not taken; then it is a dead letter, unless the sender `offered` it and so keeps it.
 */
export function deliver(cell: Cell, message: unknown, offered: boolean): boolean {
  if (cell.closed) {
    if (!offered) bury(cell, message, 'stopped');
    return false;
  }
  const box = cell.mailbox;
  if (box.tail - box.head >= box.capacity && !makeRoom(cell, message, offered)) return false;
  push(box, message, isTimed(cell) ? cell.behaviour.clock.now() : unstamped);
  wakeFor(cell);
  return true;
}

/** Whether somebody wants to know how long the message that comes now waits. */
const isTimed = ({ traces, runtime: { observer }, mailbox }: Cell): boolean =>
  traces !== undefined || observer.received !== undefined || (isSample(mailbox.tail) && observer.sampled !== undefined);

/** Queues a message that the actor sends itself. */
export function deliverOwn(cell: Cell, message: unknown): OwnEntry {
  const entry = { message, after: cell.mailbox.tail, at: cell.behaviour.clock.now(), done: false };
  if (ownDepth(cell.own) >= ownLimit) {
    entry.done = true;
    cell.overflowed++;
    bury(cell, message, 'overflow');
    return entry;
  }
  cell.own.entries.push(entry);
  wakeFor(cell);
  return entry;
}

/** Resolves when the actor came to an empty message sent now. It displaces no message: a full mailbox rejects it. */
export function deliverProbe(cell: Cell): Promise<Probed> {
  return new Promise((resolve, reject) => {
    const { mailbox } = cell;
    if (cell.closed) return reject(new ActorStoppedError(cell.path));
    cell.probes ??= new Map();
    if (mailbox.tail - mailbox.head >= mailbox.capacity || cell.probes.size >= mostProbes) {
      return reject(new MailboxFullError(cell.path));
    }
    cell.probes.set(mailbox.tail, { at: cell.behaviour.clock.now(), resolve, reject });
    push(mailbox, undefined, unstamped);
    wakeFor(cell);
  });
}

/** Asks for a turn, unless one is coming or the actor cannot use it. */
export function wakeFor(cell: Cell): void {
  if (cell.awake || cell.status === 'down' || cell.status === 'stopped') return;
  cell.awake = true;
  cell.turn.wake();
}

/** Makes dead letters of all that wait. Their asks were failed before; probes are failed here. */
export function buryAll(cell: Cell): void {
  const box = cell.mailbox;
  while (box.tail > box.head) {
    const probe = takeProbe(cell);
    const message = shift(box);
    if (probe === undefined) bury(cell, message, 'stopped');
    else probe.reject(new ActorStoppedError(cell.path));
  }
}

function makeRoom(cell: Cell, message: unknown, offered: boolean): boolean {
  const box = cell.mailbox;
  const oldest = box.overflow === 'drop-oldest';
  const probe = oldest ? takeProbe(cell) : undefined;
  if (probe !== undefined) {
    shift(box);
    probe.reject(new MailboxFullError(cell.path));
    return true;
  }
  cell.overflowed++;
  if (oldest) {
    dropAsk(cell, box.head);
    bury(cell, shift(box), 'overflow');
    return true;
  }
  if (box.overflow === 'drop-newest') bury(cell, message, 'overflow');
  else if (!offered) bury(cell, message, 'refused');
  return false;
}

function dropAsk(cell: Cell, number: number): void {
  const pending = cell.asks?.get(number);
  if (pending === undefined) return;
  cell.asks?.delete(number);
  pending.fail(new MailboxFullError(cell.path));
}

function bury(cell: Cell, message: unknown, reason: DeadLetterReason): void {
  const { behaviour, path } = cell;
  cell.runtime.deadLetters.bury({ to: path, message, reason, redact: redactOf(behaviour) });
}
