/** What the API is told and asks, of the node that it belongs to. */
import type { Clock } from '@muster/actor';
import type { ClusterConfig } from '@muster/config';
import type { ControlAnswers } from '@muster/control';

/** Of everything that a node can be asked, what the API makes use of. */
export type ApiAnswers = Pick<
  ControlAnswers,
  'cluster' | 'health' | 'healthcheck' | 'nodeInfo' | 'logs' | 'events' | 'relay' | 'agents' | 'drain' | 'syncNow'
>;

/** A text for Prometheus. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

export interface ApiSources {
  readonly clock: Clock;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** The key is left out where this is made. */
  readonly cluster: Omit<ClusterConfig, 'key'>;
  /** Of Muster. */
  readonly version: string;
  readonly answers: ApiAnswers;
  /** Calls `listener` when there is a new event, until the result is called. Without it the journal is looked at now and then. */
  readonly watchEvents?: (listener: () => void) => () => void;
  /** Absent: this node has none. */
  readonly metrics?: () => Promise<MetricsText>;
  readonly log: { readonly info: (text: string) => void; readonly warning: (text: string) => void };
}
