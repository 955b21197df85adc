/**
 * The adapter to nact 7.6.2, and the only file that knows it.
 *
 * nact takes one turn of the event loop per message and copies the child map of the receiver for
 * each, so every mailbox is a childless nact actor right under nact's root, and one nact message
 * stands for a whole batch of ours. The handler never throws, so nact never supervises: its resets,
 * stops and escalations run handlers concurrently, leak timers and end the process
 * (reference/engine.md, section nact).
 */
import { dispatch, type Ref as NactRef, spawn, start, stop } from 'nact';
import type { Scheduler, Turn } from './scheduler.ts';

/** Opens a scheduler on a nact system of its own. `stop` ends it: no mailbox gets a turn any more. */
export function nactScheduler(): Scheduler & { stop(): void } {
  const system = start();
  let stopped = false;
  let opened = 0;

  const mailbox = (_name: string, drain: () => void): Turn => {
    if (stopped) throw new Error('the scheduler is stopped: open actors before its stop');
    let closed = false;
    const run = (): void => {
      if (!closed && !stopped) drain();
    };
    // nact refuses `: @ / %` and blanks in names, so ours are numbers; paths stay on our side.
    const actor: NactRef<null> = spawn(system, run as never, `m${opened++}`) as never;
    return {
      wake: () => {
        if (!closed && !stopped) dispatch(actor, null);
      },
      close: () => {
        if (closed || stopped) return;
        closed = true;
        stop(actor as never);
      },
    };
  };

  return {
    mailbox,
    stop: () => {
      if (stopped) return;
      stopped = true;
      stop(system as never);
    },
  };
}
