/** What a seed decides before anything happens: the shape of the cluster, its timings, its weather. */

export interface Settings {
  readonly seed: number;
  /** Workers beside the one master. 1 to 8. */
  readonly workers: number;
  /** Files of the master's tree at the start. */
  readonly files: number;
  /** Text of `etc/muster.yaml`, the same on every node: real options within their real bounds. */
  readonly musterYaml: string;
  /** The longest time in which a cluster that was healed must be in sync, ms. */
  readonly healWithinMs: number;
  /** Probability that a turn of a mailbox comes late, and by how much at most. */
  readonly lateTurns: { readonly chance: number; readonly maxMs: number };
  /** Skew of each machine's wall clock, ms, by node name. */
  readonly skewMs: Readonly<Record<string, number>>;
}
