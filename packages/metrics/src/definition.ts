/** What a metric is, before it has values. */

/** Base units of Prometheus; `none` for counts, states and numbers without one. */
export type Unit = 'seconds' | 'bytes' | 'none';

export interface Definition {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly unit: Unit;
  /** In the order in which they are written. */
  readonly labels: readonly string[];
  /** One sentence, without the full stop. */
  readonly help: string;
  /** Who has it. Absent: every node. */
  readonly role?: 'master' | 'worker';
  /** What stands under one set of labels for several: their sum, or the most of them. Counters are summed. */
  readonly together?: 'most';
}
