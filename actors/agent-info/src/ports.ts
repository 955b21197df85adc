/** What the two agent-info actors need of the node that they run in. `packages/store` and `packages/manager` fit; the composition joins them. */
import type {
  AgentStatuses,
  AgentsTaken,
  AgentUpdate,
  DigestSum,
  IdRange,
  MergeOutcome,
  NodeName,
  RangePart,
} from '@muster/protocol';

/** What the manager beside us has seen, on this node's time. */
export interface Observed {
  readonly updates: readonly Omit<AgentUpdate, 'revision'>[];
  readonly faults: readonly { readonly at: string; readonly code: string; readonly text: string }[];
  readonly remembered: () => Promise<void>;
  readonly more: boolean;
}

/** `WorkerAgents` of `packages/store`. */
export interface OwnAgents {
  observe(updates: readonly Omit<AgentUpdate, 'revision'>[]): Promise<number>;
  unsent(limits: { readonly rows: number; readonly fullRows: number; readonly bytes: number }): {
    readonly updates: readonly AgentUpdate[];
    readonly more: boolean;
  };
  readonly unsentCount: () => number;
  confirmed(updates: readonly AgentUpdate[], outcome: MergeOutcome): Promise<void>;
  moved(ids: readonly number[]): Promise<void>;
  resend(ids: readonly number[]): Promise<void>;
  remove(ids: readonly number[]): Promise<void>;
  ids(): Iterable<number>;
  digest(): DigestSum;
  digestOf(range: IdRange): DigestSum;
  split(range: IdRange, parts: number): readonly IdRange[];
  held(range: IdRange): readonly (readonly [id: number, revision: number])[];
}

/** The part of `MasterAgents` of `packages/store` that the actor uses. */
export interface AllAgents {
  merge(
    node: NodeName,
    updates: readonly AgentUpdate[],
    exists: (id: number) => boolean,
  ): Promise<
    MergeOutcome & { readonly moved: ReadonlyMap<NodeName, readonly number[]>; readonly changed: readonly number[] }
  >;
  judge(beforeMs: number, nowMs: number, spared: (node: NodeName) => boolean): Promise<readonly number[]>;
  remove(ids: readonly number[]): Promise<readonly number[]>;
  compare(node: NodeName, range: IdRange, held: ReadonlyMap<number, number>): Promise<MergeOutcome>;
  digest(node: NodeName): DigestSum;
  digestOf(node: NodeName, range: IdRange): DigestSum;
  unpublished(limit: number): readonly number[];
}

/** What a worker asks of its master's agent-info actor; each rejects when there is no link, it closed, or no answer came. */
export interface MasterLink {
  readonly linked: () => boolean;
  send(batch: AgentStatuses): Promise<AgentsTaken>;
  check(parts: readonly RangePart[]): Promise<readonly number[]>;
  held(range: IdRange, rows: readonly (readonly [id: number, revision: number])[]): Promise<AgentsTaken>;
}
