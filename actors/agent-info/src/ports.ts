/** What the two agent-info actors need of the node that they run in. `packages/store` and `packages/manager` fit; the composition joins them. */
import type {
  AgentInfo,
  AgentStatuses,
  AgentsTaken,
  AgentUpdate,
  DigestSum,
  IdRange,
  MergeOutcome,
  NodeName,
  RangePart,
} from '@muster/protocol';
import type { Fault } from './faults.ts';

/** What the manager beside us has seen, on this node's time. */
export interface Observed {
  readonly updates: readonly Omit<AgentUpdate, 'revision'>[];
  readonly faults: readonly Fault[];
  readonly remembered: () => Promise<void>;
  readonly more: boolean;
}

/** `WorkerAgents` of `packages/store`. Its writes happen in the order of the calls. */
export interface OwnAgents {
  observe(updates: readonly Omit<AgentUpdate, 'revision'>[]): Promise<number>;
  unsent(limits: { readonly rows: number; readonly fullRows: number; readonly bytes: number }): {
    readonly updates: readonly AgentUpdate[];
    readonly more: boolean;
  };
  readonly unsentCount: () => number;
  /** What is `lost` or `unknown` is held no more, and waits to be sent only if there is something newer; what is `wanted` waits, whole. */
  confirmed(updates: readonly AgentUpdate[], outcome: MergeOutcome): Promise<void>;
  moved(ids: readonly number[]): Promise<void>;
  resend(ids: readonly number[]): Promise<void>;
  remove(ids: readonly number[]): Promise<void>;
  ids(): Iterable<number>;
  digest(): DigestSum;
  digestOf(range: IdRange): DigestSum;
  split(range: IdRange, parts: number): readonly IdRange[];
  held(range: IdRange): readonly (readonly [id: number, revision: number])[];
  readonly size: () => number;
}

/** Which agents exist: `ClientKeys` of `packages/manager`, the newest reading. */
export interface KnownKeys {
  readonly exists: (id: number) => boolean;
  /** Whether the agent that has this id now is another than the one that was told as removed last. */
  readonly replaced: (id: number) => boolean;
  /** Resolves when the file was read anew, and `keys-changed` was told if it differs. */
  readonly reread: (signal: AbortSignal) => Promise<void>;
}

/** The part of `MasterAgents` of `packages/store` that the actor uses. Its writes happen in the order of the calls. */
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
  /** After it, an update that was answered with `wanted` is taken even if it is of the revision that is there. */
  compare(node: NodeName, range: IdRange, held: ReadonlyMap<number, number>): Promise<MergeOutcome>;
  digest(node: NodeName): DigestSum;
  digestOf(node: NodeName, range: IdRange): DigestSum;
  one(id: number): StoredAgent | undefined;
  info(id: number): AgentInfo | undefined;
  /** Whose word `info` is; '': nothing is known. */
  infoFrom(id: number): NodeName;
  page(query: { readonly after: number; readonly limit: number }): {
    readonly rows: readonly { readonly id: number }[];
    readonly next: number | undefined;
  };
  readonly size: () => number;
  unpublished(limit: number): readonly number[];
  published(
    updates: readonly (Pick<StoredAgent, 'id' | 'revision' | 'node' | 'status'> & { readonly infoFrom: NodeName })[],
  ): Promise<void>;
}

export interface StoredAgent extends AgentUpdate {
  readonly node: NodeName;
}

/** An agent as the manager beside the master is told of it. Times are of this machine's wall clock, ms since 1970. */
export interface PublishedAgent extends Omit<StoredAgent, 'revision'> {
  readonly info: AgentInfo;
}

/** What the master writes to the manager beside it (`Manager` of `packages/manager`). Rejects when it cannot be asked. */
export interface ManagersAgents {
  publish(agents: readonly PublishedAgent[], signal: AbortSignal): Promise<readonly Fault[]>;
  forget(ids: readonly number[], signal: AbortSignal): Promise<readonly Fault[]>;
}

/** What a worker asks of its master's agent-info actor; each rejects when there is no link, it closed, or no answer came. */
export interface MasterLink {
  readonly linked: () => boolean;
  /** `count`: the statuses in it. */
  send(batch: AgentStatuses, count: number): Promise<AgentsTaken>;
  check(parts: readonly RangePart[]): Promise<readonly number[]>;
  held(range: IdRange, rows: readonly (readonly [id: number, revision: number])[]): Promise<AgentsTaken>;
}
