/** What is wrong with a histogram. For tests. */
import type { Family } from './family-faults.ts';
import type { ParsedSample } from './parse.ts';

const withoutLe = ({ labels }: ParsedSample): string =>
  JSON.stringify(labels.filter(([name]) => name !== 'le').toSorted());
const leOf = ({ labels }: ParsedSample): number =>
  Number(labels.find(([name]) => name === 'le')?.[1].replace('Inf', 'Infinity') ?? Number.NaN);

export function histogramFaults({ name, samples }: Family): readonly string[] {
  const strangers = samples.filter((one) => !['_bucket', '_sum', '_count'].includes(one.name.slice(name.length)));
  const groups = new Map<string, ParsedSample[]>();
  for (const one of samples) groups.set(withoutLe(one), [...(groups.get(withoutLe(one)) ?? []), one]);
  return [
    ...strangers.map((one) => `${name}: ${one.name} is no part of a histogram`),
    ...[...groups.values()].flatMap((group) => oneFaults(name, group)),
  ];
}

function oneFaults(name: string, group: readonly ParsedSample[]): readonly string[] {
  const buckets = group.filter((one) => one.name === `${name}_bucket`);
  const count = group.find((one) => one.name === `${name}_count`)?.value;
  const faults: string[] = [];
  const say = (wrong: boolean, text: string): void => void (wrong && faults.push(`${name}: ${text}`));
  const bounds = buckets.map(leOf);
  say(bounds.some(Number.isNaN), 'a bucket without le');
  say(
    bounds.some((bound, index) => index > 0 && bound <= (bounds[index - 1] ?? 0)),
    'buckets that do not ascend',
  );
  const counts = buckets.map(({ value }) => value);
  say(
    counts.some((value, index) => index > 0 && value < (counts[index - 1] ?? 0)),
    'buckets that do not cumulate',
  );
  say(bounds.at(-1) !== Number.POSITIVE_INFINITY, 'no bucket +Inf at the end');
  say(count === undefined, 'no _count');
  say(!group.some((one) => one.name === `${name}_sum`), 'no _sum');
  say(count !== undefined && counts.at(-1) !== count, '+Inf and _count differ');
  return faults;
}
