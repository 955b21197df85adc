import { type Sample, sample } from '../sample.ts';
import type { MetricSources } from '../sources.ts';

export const processSamples = ({ version, role, node, rssBytes, loopDelayMs }: MetricSources): readonly Sample[] => [
  sample('muster_build_info', 1, { version, role, node }),
  sample('muster_resident_memory_bytes', rssBytes(), {}),
  sample('muster_event_loop_delay_seconds', loopDelayMs() / 1_000, {}),
];
