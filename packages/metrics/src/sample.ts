/** Values of metrics, before they are text. */
import { definitionOf, type LabelsOf, type MetricName, type table } from './table.ts';

/** Values of a histogram: how many were at most each bound, cumulated, the last of all. */
export interface Times {
  /** Seconds, ascending. */
  readonly bounds: readonly number[];
  /** One more than `bounds`. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | Times;
  /** Whose value it is, where several stand under the same labels. */
  readonly source: string | undefined;
}

type NameOf<Type extends string> = {
  readonly [Name in MetricName]: (typeof table)[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** One value. `source` names whose it is, where several share the labels. */
export const sample = <Name extends NameOf<'gauge' | 'counter'>>(
  name: Name,
  value: number,
  labels: LabelsOf<Name>,
  source?: string,
): Sample => ({ name, value, labels, source });

export const timesSample = (name: NameOf<'histogram'>, value: Times): Sample => ({
  ...{ name, value, labels: {}, source: undefined },
});

/** The same where there may be none. */
export const optional = <Name extends NameOf<'gauge' | 'counter'>>(
  name: Name,
  value: number | undefined,
  labels: LabelsOf<Name>,
): readonly Sample[] => (value === undefined ? [] : [sample(name, value, labels)]);

/** 1 for the word that holds, 0 for the others. */
export const states = <Word extends string>(
  words: readonly Word[],
  holds: string,
  of: (word: Word, value: number) => Sample,
): readonly Sample[] => words.map((word) => of(word, word === holds ? 1 : 0));

/** Names a series: no two of different labels are alike. */
export const seriesOf = ({ name, labels }: Sample): string => JSON.stringify([name, ...Object.values(labels)]);

/** One sample for each series, in the order in which these first come. Values that are no numbers are left out. */
export function together(samples: readonly Sample[]): readonly Sample[] {
  const bySeries = new Map<string, Sample>();
  for (const one of samples) {
    if (typeof one.value === 'number' && !Number.isFinite(one.value)) continue;
    const series = seriesOf(one);
    const before = bySeries.get(series);
    bySeries.set(series, before === undefined ? one : joined(before, one));
  }
  return [...bySeries.values()];
}

function joined(a: Sample, b: Sample): Sample {
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return b;
  const value = definitionOf(a.name).together === 'most' ? Math.max(a.value, b.value) : a.value + b.value;
  return { ...a, value };
}
