import type { Clock } from '@muster/actor';
import { type Known, known, unknown } from './facts.ts';

/** What comes of `work` within `ms`. Never rejects; what comes later is dropped. */
export function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<Known<T>> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(unknown(`there was no answer within ${ms / 1_000} s`, 'timeout')));
    const settle = (fact: Known<T>): void => {
      cancel();
      resolve(fact);
    };
    work.then(
      (value) => settle(known(value)),
      (error: unknown) => settle(unknown(error instanceof Error ? error.message : String(error), codeOf(error))),
    );
  });
}

const codeOf = (error: unknown): string | undefined => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
};
