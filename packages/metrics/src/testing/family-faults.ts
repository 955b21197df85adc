/** What is wrong with one metric. For tests. */
import { histogramFaults } from './histogram-faults.ts';
import type { ParsedSample } from './parse.ts';

/** The lines of one metric. */
export interface Family {
  readonly name: string;
  readonly help: string | undefined;
  readonly type: string | undefined;
  readonly samples: readonly ParsedSample[];
}

const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
/** Base units alone, none of them shortened. */
const oddUnit =
  /_(?:ms|milliseconds?|us|microseconds?|minutes?|hours?|days?|kb|mb|gb|kilobytes?|megabytes?|percent|sec|secs|second|byte)(?:_|$)/;

export function familyFaults(family: Family, allowNan: readonly string[]): readonly string[] {
  const { name, help, type, samples } = family;
  const faults: string[] = [];
  const say = (wrong: boolean, text: string): void => void (wrong && faults.push(`${name}: ${text}`));
  say(help === undefined || help === '', 'no help');
  say(type === undefined || !types.includes(type), `no type, or one that there is not: ${type}`);
  say(samples.length === 0, 'no samples');
  say(oddUnit.test(name), 'its unit is no base unit');
  say(type === 'counter' && !name.endsWith('_total'), 'a counter without _total');
  say(type !== 'counter' && name.endsWith('_total'), '_total, and no counter');
  say(/_(?:bucket|sum|count)$/.test(name), 'a suffix that belongs to histograms');
  say(/(?:^|_)(?:gauge|counter|histogram)(?:_|$)/.test(name), 'its type in its name');
  say(!allowNan.includes(name) && samples.some(({ value }) => Number.isNaN(value)), 'NaN');
  say(type === 'counter' && samples.some(({ value }) => value < 0), 'a counter below 0');
  const isHistogram = type === 'histogram';
  say(!isHistogram && samples.some(({ labels }) => labels.some(([label]) => label === 'le')), 'the label le');
  say(
    samples.some(({ labels }) => labels.some(([label]) => label.startsWith('__'))),
    'a reserved label',
  );
  return [...faults, ...repeated(family), ...(isHistogram ? histogramFaults(family) : [])];
}

function repeated({ name, samples }: Family): readonly string[] {
  const seen = new Set<string>();
  return samples.flatMap(({ name: own, labels }) => {
    const series = JSON.stringify([own, labels.toSorted()]);
    if (seen.has(series)) return [`${name}: a series twice: ${series}`];
    seen.add(series);
    return [];
  });
}
