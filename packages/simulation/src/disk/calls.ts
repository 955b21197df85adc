/** How a process calls its disk: each call takes time, is a happening of its host, and never ends when that dies. */
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import type { Operation } from './file-system.ts';
import type { Volume } from './volume.ts';

export interface Calls {
  readonly volume: Volume;
  readonly host: Host;
  /** Does `work` some time from now, `items` paths of it; the answer comes with it or later still. */
  call<T>(what: string, items: number, work: () => T | Promise<T>): Promise<T>;
  /** Right before each elementary effect. Throws, for `call` to end in silence, when the process is dead. */
  effect(what: string): void;
  /** After each elementary step: others may come in between. Awaited when it is a promise. */
  between(): Promise<void> | undefined;
  /** The work itself takes so long, ms. */
  takes(ms: number): Promise<void>;
  /** The code that `operation` on `path` fails with by the faults that are set. */
  refusal(operation: Operation, path: string): string | undefined;
}

/** Never seen by anybody but `call`. */
const died = new Error('bug: the end of a dead process was seen');

export function openCalls(volume: Volume, host: Host, dice: Dice): Calls {
  const [times, yields, failures] = [dice.fork('times'), dice.fork('yields'), dice.fork('failures')];
  const { faults } = volume;
  const takes = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      host.after(ms, 'disk works', resolve);
    });
  return {
    volume,
    host,
    call: (what, items, work) =>
      new Promise((resolve, reject) => {
        const { minMs, maxMs, perFileMs } = faults.latency;
        const totalMs = times.between(minMs, maxMs) + items * perFileMs;
        const share = times.next();
        const restMs = times.chance(0.5) ? 0 : totalMs * share;
        const answer = (tell: () => void): void => {
          if (restMs === 0) tell();
          else host.after(restMs, 'disk answers', tell);
        };
        const failed = (error: unknown): void => {
          if (error !== died) answer(() => reject(error as Error));
        };
        host.after(totalMs - restMs, what, () => {
          try {
            const done = work();
            if (done instanceof Promise) done.then((value) => answer(() => resolve(value)), failed);
            else answer(() => resolve(done));
          } catch (error) {
            failed(error);
          }
        });
      }),
    effect: (what) => {
      if (!host.effect(what)) throw died;
    },
    between: () => (yields.chance(faults.yieldAfterStep) ? takes(faults.latency.maxMs * yields.next()) : undefined),
    takes,
    refusal: (operation, path) => {
      if (faults.failures.length === 0) return undefined;
      for (const { below, operations, code, probability } of faults.failures) {
        const meant = path.startsWith(below) && (operations === 'all' || operations.includes(operation));
        if (meant && failures.chance(probability)) return code;
      }
      return undefined;
    },
  };
}

/** Runs one after the other, in the order asked, as a thread of its own does. */
export function openLane(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const next = last.then(run);
    last = next.catch(() => {});
    return next;
  };
}
