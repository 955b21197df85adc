import type { Cell } from './cell.ts';
import { wakeFor } from './deliver.ts';
import { interrupt, settleEnd } from './incarnation.ts';
import { isSample, shift, stampOfOldest, unstamped } from './mailbox.ts';
import { takeOwn } from './own-lane.ts';
import { takeProbe } from './probe.ts';
import { typeOf } from './redaction.ts';
import { synchronous } from './synchronous.ts';
import { traced } from './trace.ts';

/** Messages per turn: nact's price for the turn is then below 1 % of each. */
const batch = 256;
/** A turn ends after this much, so that timers and sockets get theirs. One slow message can still exceed it. */
const sliceMs = 5;

/** Handles what waits, up to a batch or a slice, then asks for another turn if more does. Never throws. */
export function drain(cell: Cell): void {
  cell.awake = false;
  const { clock } = cell.behaviour;
  const began = clock.now();
  let now = began;
  for (let n = 0; n < batch && now - began < sliceMs; n++) {
    if (!handleNext(cell, now)) break;
    now = clock.now();
  }
  cell.busyMs += now - began;
  if (cell.status === 'ending') settleEnd(cell);
  const { mailbox, own, status } = cell;
  if (own.entries.length > 0 || (status === 'running' && mailbox.tail > mailbox.head)) wakeFor(cell);
}

/** False when nothing waits that the actor may handle now, or when its incarnation ended or is ending. */
function handleNext(cell: Cell, now: number): boolean {
  if (cell.status !== 'running' && cell.status !== 'ending') return false;
  const { mailbox, own } = cell;
  // An actor that is ending comes only to what it sent itself: the outcomes of its work.
  const ending = cell.status === 'ending';
  if (own.entries.length > 0) {
    const entry = takeOwn(own, ending ? mailbox.tail : mailbox.head);
    if (entry !== undefined) {
      return (isSample(cell.processed) ? handleSample : handle)(cell, entry.message, entry.at, now);
    }
  }
  if (ending || mailbox.tail === mailbox.head) return false;
  if (cell.probes !== undefined) {
    const probe = takeProbe(cell);
    if (probe !== undefined) {
      shift(mailbox);
      probe.resolve({ waitMs: now - probe.at });
      return true;
    }
  }
  const at = stampOfOldest(mailbox);
  const isTimed = at !== unstamped && isSample(mailbox.head);
  return (isTimed ? handleSample : handle)(cell, shift(mailbox), at, now);
}

function handle(cell: Cell, message: unknown, came: number, now: number): boolean {
  const { behaviour } = cell;
  const scope = cell.scope!;
  cell.handling = true;
  try {
    const decision = behaviour.decide(cell.state, message, now);
    cell.state = decision.state;
    for (const effect of decision.effects) synchronous(behaviour.perform(effect, scope), cell.path);
  } catch (error) {
    cell.injected ??= { error };
  }
  cell.handling = false;
  cell.processed++;
  if (cell.recent !== undefined || cell.traces !== undefined || cell.runtime.observer.received !== undefined) {
    show(cell, message, came, now);
  }
  if (cell.injected === undefined && cell.ending === undefined) return true;
  interrupt(cell);
  return false;
}

function handleSample(cell: Cell, message: unknown, came: number, now: number): boolean {
  const more = handle(cell, message, came, now);
  cell.runtime.observer.sampled?.(now - came, cell.behaviour.clock.now() - now);
  return more;
}

function show(cell: Cell, message: unknown, came: number, now: number): void {
  const handlingMs = cell.behaviour.clock.now() - now;
  cell.recent?.add(now, message, handlingMs);
  traced(cell, message, { came, at: now, handlingMs });
  cell.runtime.observer.received?.(cell.path, typeOf(message), now - came, handlingMs);
}
