/** The metrics of this node: what its answers and counters say, as Prometheus wants it. */
import { type MetricSources, type Metrics, openMetrics } from '@muster/metrics';
import { version } from '../version.ts';
import type { DoorSources } from './open-doors.ts';

export interface NodeMetricSources
  extends Pick<DoorSources, 'config' | 'platform' | 'system' | 'peers' | 'answers' | 'events'> {
  readonly times: MetricSources['times'];
  /** A master: agents by node. */
  readonly agents?: NonNullable<MetricSources['agents']>;
}

export function nodeMetrics(sources: NodeMetricSources): Metrics {
  const { config, platform, system, peers, answers, events, times, agents } = sources;
  const { nodeName: node, nodeType: role } = config.cluster;
  const { rssBytes, loopDelayMs } = platform.process;
  return openMetrics({
    ...{ clock: platform.clock, node, role, version, rssBytes, loopDelayMs, system, times },
    ...{ health: answers.health, cluster: answers.cluster, links: answers.links },
    ...{ reconnects: peers.reconnects.byPeer, laneBytes: peers.traffic, events: events.counts },
    ...(agents === undefined ? {} : { agents, balance: answers.balance }),
  });
}
