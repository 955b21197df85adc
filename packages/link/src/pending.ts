import type { Clock } from '@muster/actor';
import { LinkError } from './error.ts';

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: LinkError) => void;
  readonly cancel: () => void;
}

/** What became of an answer. `late`: nobody waits any more. `unknown`: the question was never put. */
export type Settled = 'settled' | 'late' | 'unknown';

/** Questions of one kind that wait for an answer, by id. */
export interface Pending<T> {
  /** Sends a question under a new id. Rejects when `limit` questions wait, at the timeout, or by `failAll`. */
  readonly begin: (timeoutMs: number, send: (id: number) => void) => Promise<T>;
  readonly resolve: (id: number, value: T) => Settled;
  readonly reject: (id: number, error: LinkError) => Settled;
  /** All that wait are rejected, and no timer is left. */
  readonly failAll: (error: LinkError) => void;
  readonly size: () => number;
}

/** Ids are 32 bits, from 1; after the last comes the first that is free. */
const lastId = 0xffff_ffff;

export function pending<T>(clock: Clock, what: string, limit: number, firstId = 1): Pending<T> {
  const waiting = new Map<number, Waiting<T>>();
  let next = firstId;
  let wrapped = false;
  const take = (): number => {
    while (waiting.has(next)) step();
    const id = next;
    step();
    return id;
  };
  const step = (): void => {
    wrapped ||= next === lastId;
    next = next === lastId ? 1 : next + 1;
  };
  const settle = (id: number, how: (one: Waiting<T>) => void): Settled => {
    const one = waiting.get(id);
    if (one === undefined) return wrapped || (id >= firstId && id < next) ? 'late' : 'unknown';
    waiting.delete(id);
    one.cancel();
    how(one);
    return 'settled';
  };
  return {
    begin: (timeoutMs, send) =>
      new Promise<T>((resolve, reject) => {
        if (waiting.size >= limit) {
          const text = `${limit} of this link's ${what}s wait for an answer, which is the limit: send fewer at once`;
          return reject(new LinkError('too-many-asks', text));
        }
        const id = take();
        const late = (): void => {
          waiting.delete(id);
          reject(new LinkError('timeout', `the peer did not answer the ${what} within ${timeoutMs} ms`));
        };
        waiting.set(id, { resolve, reject, cancel: clock.after(timeoutMs, late) });
        send(id);
      }),
    resolve: (id, value) => settle(id, (one) => one.resolve(value)),
    reject: (id, error) => settle(id, (one) => one.reject(error)),
    failAll: (error) => {
      for (const id of [...waiting.keys()]) settle(id, (one) => one.reject(error));
    },
    size: () => waiting.size,
  };
}
