/** Counters that never go back, whatever becomes of those who count: an actor that begins anew counts from 0. */
import { type Sample, seriesOf } from './sample.ts';
import { definitionOf } from './table.ts';

export interface Rising {
  /** The samples of a part with the values of its counters replaced by all that they ever grew. Call it with all of a part. */
  take(samples: readonly Sample[]): readonly Sample[];
}

/** Series that are not among the samples are kept for those who come back, beyond so many no more. */
const mostKept = 2_000;

/** For one part: a source that it does not name this time is gone, and counts from 0 if it comes back. */
export function openRising(most = mostKept): Rising {
  let last = new Map<string, number>();
  const totals = new Map<string, number>();
  return {
    take: (samples) => {
      const now = new Map<string, number>();
      const seen = new Set<string>();
      const grown = samples.map((one): Sample => {
        if (definitionOf(one.name).type !== 'counter' || typeof one.value !== 'number') return one;
        const series = seriesOf(one);
        const source = `${series}${one.source ?? ''}`;
        now.set(source, one.value);
        seen.add(series);
        const delta = growth(last.get(source) ?? 0, one.value);
        totals.set(series, (totals.get(series) ?? 0) + delta);
        return { ...one, value: delta };
      });
      last = now;
      if (totals.size > most) forgetUnseen(totals, seen);
      return withTotals(grown, totals);
    },
  };
}

const growth = (before: number, now: number): number => (now >= before ? now - before : Math.max(0, now));

function forgetUnseen(totals: Map<string, number>, seen: ReadonlySet<string>): void {
  for (const series of totals.keys()) if (!seen.has(series)) totals.delete(series);
}

/** Each counter once. */
function withTotals(samples: readonly Sample[], totals: ReadonlyMap<string, number>): readonly Sample[] {
  const told = new Set<string>();
  return samples.flatMap((one): readonly Sample[] => {
    if (definitionOf(one.name).type !== 'counter') return [one];
    const series = seriesOf(one);
    if (told.has(series)) return [];
    told.add(series);
    return [{ ...one, value: totals.get(series) ?? 0 }];
  });
}
