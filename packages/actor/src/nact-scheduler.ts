/**
 * The adapter to nact 7.6.2, and the only file that knows it.
 *
 * One nact actor carries all mailboxes of a system: one nact message is one visit to them. It gives
 * turns first come, first served, until `visitMs` are used, then sends itself the next message.
 * nact handles one message per iteration of the event loop, so timers and sockets come between two
 * visits however many mailboxes are busy. With a nact actor per mailbox, as it was, one iteration
 * ran all that were busy: 200 of them held up a heartbeat for a second (README, "One nact actor").
 *
 * The handler never throws, so nact never supervises: its resets, stops and escalations run handlers
 * concurrently, leak timers and end the process (reference/engine.md, section nact).
 */
import { dispatch, type Ref as NactRef, spawn, start, stop } from 'nact';
import { type Clock, systemClock } from './clock.ts';
import { openRunQueue, type Ready, type RunQueue, takeReady } from './run-queue.ts';
import type { Scheduler, Turn } from './scheduler.ts';

/**
 * No turn begins this long after its visit did. A visit is longer by at most its last turn: 5 ms
 * (`drain`) and one slow message. Long enough that the price of an iteration of the event loop
 * (about 10 us) is nothing, short enough that a ping there and back, three iterations, takes 30 ms.
 */
const visitMs = 5;

/** The carrier of one system. */
interface Carrier {
  readonly clock: Pick<Clock, 'now'>;
  readonly queue: RunQueue;
  /** Asks nact for a visit. */
  call: () => void;
  /** A visit is asked for or under way. */
  called: boolean;
  stopped: boolean;
}

/**
 * Opens a scheduler on a nact system of its own. `stop` ends it: no mailbox gets a turn any more.
 * `clock` measures the visits.
 */
export function nactScheduler(clock: Pick<Clock, 'now'> = systemClock): Scheduler & { stop(): void } {
  const system = start();
  const carrier: Carrier = { clock, queue: openRunQueue(), call: () => {}, called: false, stopped: false };
  const actor: NactRef<null> = spawn(system, (() => visit(carrier)) as never, 'mailboxes') as never;
  carrier.call = () => {
    if (!carrier.stopped) dispatch(actor, null);
  };
  return {
    mailbox: (_name, drain) => {
      if (carrier.stopped) throw new Error('the scheduler is stopped: open actors before its stop');
      return turnOf(carrier, { drain, closed: false });
    },
    stop: () => {
      if (carrier.stopped) return;
      carrier.stopped = true;
      stop(system as never);
    },
  };
}

function turnOf(carrier: Carrier, ready: Ready): Turn {
  return {
    wake: () => {
      if (ready.closed || carrier.stopped) return;
      carrier.queue.next.push(ready);
      if (carrier.called) return;
      carrier.called = true;
      carrier.call();
    },
    close: () => {
      ready.closed = true;
    },
  };
}

/** Gives turns while there is time. Promises run on between two of them, as between two messages of nact. */
async function visit(carrier: Carrier): Promise<void> {
  const { clock, queue } = carrier;
  const until = clock.now() + visitMs;
  while (!carrier.stopped) {
    const ready = takeReady(queue);
    if (ready === undefined) {
      carrier.called = false;
      return;
    }
    ready.drain();
    await undefined;
    if (clock.now() >= until) return carrier.call();
  }
}
