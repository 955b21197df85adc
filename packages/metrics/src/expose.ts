/** Samples as the text that Prometheus reads: the only file that knows prom-client. */
import { type Histogram, Registry } from 'prom-client';
import type { Sample, Times } from './sample.ts';
import { definitionOf, type MetricName, metricNames } from './table.ts';

/** A text for Prometheus. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

interface Value {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * A registry of its own each time: nothing of a series that is gone is left. Values are handed to it as they are;
 * prom-client's own metrics would take two sets of labels for one where a value has `,` and `:` in it.
 */
export async function expose(samples: readonly Sample[]): Promise<MetricsText> {
  const registry = new Registry();
  const byName = new Map<MetricName, Sample[]>(metricNames.map((name) => [name, []]));
  for (const one of samples) byName.get(one.name)?.push(one);
  for (const [name, own] of byName) {
    if (own.length > 0) registry.registerMetric(metricOf(name, own) as unknown as Histogram);
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function metricOf(name: MetricName, samples: readonly Sample[]) {
  const { type, help, labels } = definitionOf(name);
  const values = samples.flatMap((one) =>
    typeof one.value === 'number'
      ? [{ labels: ordered(labels, one.labels), value: one.value }]
      : histogramValues(name, one.value),
  );
  const metric = { name, help, type, aggregator: 'sum', values };
  return { ...metric, get: () => Promise.resolve(metric) };
}

const ordered = (names: readonly string[], labels: Sample['labels']): Value['labels'] =>
  Object.fromEntries(names.map((name) => [name, labels[name] ?? '']));

function histogramValues(name: string, { bounds, counts, sum }: Times): readonly Value[] {
  const buckets = counts.map((value, index) => ({
    metricName: `${name}_bucket`,
    labels: { le: bounds[index] ?? '+Inf' },
    value,
  }));
  const all = counts.at(-1) ?? 0;
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: all },
  ];
}
