/** What metrics are made of: asked anew at each scrape, of the node that they belong to. */
import type { ActorSystem, Clock } from '@muster/actor';
import type { AgentStatus, Balance, ClusterView, EventKind, Health, LinkList, NodeName, Role } from '@muster/protocol';
import type { SampledTimes } from './sampled-times.ts';

type Awaitable<T> = T | Promise<T>;

/** Bytes over all links since the start. `bulk`: part of the sums. */
export interface LaneBytes {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly sentBulkBytes: number;
  readonly receivedBulkBytes: number;
}

/** A throw, a rejection, or no answer within 1.2 s costs the metrics of its part, no others. */
export interface MetricSources {
  readonly clock: Clock;
  readonly node: NodeName;
  readonly role: Role;
  readonly version: string;
  readonly rssBytes: () => number;
  readonly loopDelayMs: () => number;
  readonly health: () => Awaitable<Health>;
  /** Of a worker its own row is taken alone. */
  readonly cluster: () => Awaitable<ClusterView>;
  readonly links: () => Awaitable<LinkList>;
  /** Links beyond the first, by peer: every peer that was linked since the start. */
  readonly reconnects: () => ReadonlyMap<NodeName, number>;
  readonly laneBytes: () => LaneBytes;
  readonly system: Pick<ActorSystem, 'inspect' | 'deadLetters'>;
  readonly times: Pick<SampledTimes, 'waiting' | 'handling'>;
  readonly events: () => Readonly<Record<EventKind, number>>;
  /** A master: agents by the node that they reported to last. */
  readonly agents?: () => ReadonlyMap<NodeName, Readonly<Record<AgentStatus, number>>>;
  /** A master: each HAProxy. */
  readonly balance?: () => Awaitable<Balance>;
}
