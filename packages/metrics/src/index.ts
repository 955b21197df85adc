export type { Definition, Unit } from './definition.ts';
export type { MetricsText } from './expose.ts';
export { type Metrics, openMetrics } from './metrics.ts';
export { openSampledTimes, type SampledTimes } from './sampled-times.ts';
export type { LaneBytes, MetricSources } from './sources.ts';
export { definitionOf, type MetricName, metricNames } from './table.ts';
