/**
 * Adapter: one clock for everything that happens. What is due earliest happens first; between two
 * happenings every promise runs on as far as it can; nothing else ever runs. So the seed decides all.
 */
import type { Dice } from './dice.ts';
import { openQueue } from './queue.ts';
import type { Trace } from './trace.ts';

export type Cancel = () => void;

/** Whoever things happen to: a process of a node. The world itself has none. */
export interface Owner {
  readonly node: string;
  /** Nothing happens to the dead. */
  readonly alive: () => boolean;
  /** To the stopped, what is due happens later: at this time, ms. 0: it is not stopped. */
  readonly pausedUntil: () => number;
}

export interface Timeline {
  /** Simulated milliseconds since the world began; may have a fraction. Stands still during a happening. */
  now(): number;
  /** `run` happens after `delayMs` (0: later, at this time), to `owner` or to the world. `what` is for the trace: a word of a small set. */
  after(delayMs: number, what: string, run: () => void, owner?: Owner): Cancel;
  /** `run` happens at this time, before time moves; among what is ready the seed picks. */
  ready(what: string, run: () => void, owner: Owner): void;
  /** Lets things happen until `until` holds (asked before each), or nothing is left to happen. Rejects with what a happening threw. */
  drive(until: () => boolean): Promise<void>;
}

interface Happening {
  readonly what: string;
  readonly run: () => void;
  readonly owner: Owner | undefined;
  /** Takes it out of the queue, wherever in it a pause has put it by now. */
  takeOut: Cancel;
}

/** So many happenings without a millisecond of time passing: somebody never comes to rest. */
const mostAtOnce = 200_000;
/** So many happenings before the process itself gets a turn: its signals, its output, its rejections. */
const breath = 4_096;

const nothingToTake = (): void => {};

export function openTimeline(dice: Dice, trace: Trace): Timeline {
  const queue = openQueue<Happening>();
  const readyNow: Happening[] = [];
  let now = 0;
  let atOnce = 0;
  let since = 0;

  const take = (): Happening | undefined => {
    const last = readyNow.length - 1;
    if (last < 0) return takeDue();
    const at = last === 0 ? 0 : dice.int(0, last);
    const chosen = readyNow[at]!;
    readyNow[at] = readyNow[last]!;
    readyNow.length = last;
    return chosen;
  };
  const takeDue = (): Happening | undefined => {
    const due = queue.take();
    if (due === undefined) return undefined;
    if (due.at - since >= 1) {
      atOnce = 0;
      since = due.at;
    }
    now = Math.max(now, due.at);
    return due.item;
  };
  const put = (at: number, happening: Happening): void => {
    happening.takeOut = queue.add(at, happening);
  };
  const happen = (happening: Happening): void => {
    const { what, run, owner } = happening;
    if (owner !== undefined) {
      if (!owner.alive()) return;
      const until = owner.pausedUntil();
      if (until > now) return put(until, happening);
    }
    trace.add(now, owner?.node ?? 'world', what);
    run();
  };
  const step = (): boolean => {
    const next = take();
    if (next === undefined) return false;
    atOnce += 1;
    if (atOnce > mostAtOnce)
      throw new Error(`${mostAtOnce} happenings within a millisecond, the last one ${next.what}`);
    happen(next);
    return true;
  };

  return {
    now: () => now,
    after: (delayMs, what, run, owner) => {
      const happening: Happening = { what, run, owner, takeOut: nothingToTake };
      put(now + Math.max(0, delayMs), happening);
      return () => happening.takeOut();
    },
    ready: (what, run, owner) => void readyNow.push({ what, run, owner, takeOut: nothingToTake }),
    drive: (until) =>
      new Promise((resolve, reject) => {
        let steps = 0;
        const go = (): void => {
          try {
            if (until() || !step()) return void setImmediate(resolve);
          } catch (error) {
            return reject(error);
          }
          steps += 1;
          // Node empties the queue of promises before it takes the next tick, however long their chains.
          if (steps % breath === 0) setImmediate(go);
          else queueMicrotask(tick);
        };
        const tick = (): void => process.nextTick(go);
        tick();
      }),
  };
}
