/** Times of one act, repeated: measured from just before it to the moment at which its effect is seen. */
import { until } from '@muster/lab/testing';

export interface Measured {
  readonly name: string;
  /** Milliseconds, sorted. */
  readonly times: readonly number[];
}

/** Does `act(n)` for n from 0 to `times` - 1, each time until `seen(n)` holds. */
export async function measured(
  name: string,
  times: number,
  act: (n: number) => Promise<unknown>,
  seen: (n: number) => Promise<boolean>,
): Promise<Measured> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) {
    const startedAt = performance.now();
    await act(n);
    await until(`${name} ${n} is seen`, () => seen(n), { everyMs: 5 });
    all.push(performance.now() - startedAt);
  }
  return { name, times: all.sort((a, b) => a - b) };
}

/** One line: least, median, largest. */
export function line({ name, times }: Measured): string {
  const at = (share: number): string => `${Math.round(times[Math.floor((times.length - 1) * share)] ?? 0)} ms`;
  return `${name.padEnd(44)}min ${at(0).padStart(7)}  median ${at(0.5).padStart(7)}  max ${at(1).padStart(7)}`;
}
