/** What a master remembers of all agents, and a worker of its own. Both over one `Kv` each. */
import type { AgentInfo, AgentStatus, AgentUpdate, DigestSum, IdRange, MergeOutcome } from '@muster/protocol';

/** Of one agent, on the master. Times are on the master's node time. */
export interface KnownAgent extends AgentUpdate {
  /** Where it last reported; '' when that node was forgotten or its word was taken back. */
  readonly node: string;
}

/** One page of a list, by id. */
export interface AgentQuery {
  readonly after: number;
  readonly limit: number;
  readonly node?: string;
  readonly status?: AgentStatus;
}

/**
 * The master's agents. Every method that changes is one transaction and resolves after its commit; `judge`, `remove`
 * and `compare` of thousands are several, so that nothing waits for them. What is asked for is what is committed.
 * Rejects with a `StoreError`; then nothing of that transaction was kept.
 */
export interface MasterAgents {
  /**
   * Newest wins, inside the transaction: of one node by revision, between nodes by `seenMs`, a tie by the
   * greater node name. `exists`: whether the id is in client.keys. `moved`: who lost which agents to `node`.
   */
  merge(
    node: string,
    updates: readonly AgentUpdate[],
    exists: (id: number) => boolean,
  ): Promise<
    MergeOutcome & { readonly moved: ReadonlyMap<string, readonly number[]>; readonly changed: readonly number[] }
  >;
  /** Active and pending ones last seen before `beforeMs` become disconnected since `nowMs`, code 4, save those of `spared` nodes: which. Costs nothing for those that are not due. */
  judge(beforeMs: number, nowMs: number, spared: (node: string) => boolean): Promise<readonly number[]>;
  /** They are in client.keys no more: all that is known of them goes. Which were known. */
  remove(ids: readonly number[]): Promise<readonly number[]>;
  /**
   * What `node` says that is held from it in `range`: what is not so is `wanted`; what it does not list, or lists
   * as it is not held, is taken from its name. None is `lost`: times decide, once it is sent. With an empty list and `allIds` the node is forgotten.
   */
  compare(node: string, range: IdRange, held: ReadonlyMap<number, number>): Promise<MergeOutcome>;
  /** Of `(id, revision)` for what is held from `node`. */
  digest(node: string): DigestSum;
  digestOf(node: string, range: IdRange): DigestSum;
  one(id: number): KnownAgent | undefined;
  /** Without `info`; ids in order. `scanned`: the last id looked at, for the next page; a page looks at 5,000 at most. */
  page(query: AgentQuery): { readonly rows: readonly KnownAgent[]; readonly next: number | undefined };
  info(id: number): AgentInfo | undefined;
  /** Whose word `info` is; '': nothing is known. It may be another node than the one that heard the agent last, until that one has told it whole. */
  infoFrom(id: number): string;
  /** Newest first; at most `MAX_HISTORY`. */
  history(id: number): readonly { readonly node: string; readonly sinceMs: number }[];
  /** How many of each status, by node. */
  counts(): ReadonlyMap<string, Readonly<Record<AgentStatus, number>>>;
  readonly size: () => number;
  /** The latest `seenMs` of all that was remembered; 0: none. Node time shall not begin before it. */
  readonly newestMs: () => number;
  /** Ids whose newest update was not yet written to the manager beside us, at most `limit`; and that they were, so and not otherwise. */
  unpublished(limit: number): readonly number[];
  published(updates: readonly PublishedAs[]): Promise<void>;
}

/** How an agent was when it was written to the manager beside us. */
export interface PublishedAs extends Pick<KnownAgent, 'id' | 'revision' | 'node' | 'status'> {
  /** As `MasterAgents.infoFrom`. */
  readonly infoFrom: string;
}

/** What a worker sends next, in one batch. */
export interface Unsent {
  /** `info` is there when the master shall have it. */
  readonly updates: readonly AgentUpdate[];
  /** More waits than this. */
  readonly more: boolean;
}

/** A worker's own agents: what was seen, and what the master has confirmed of it. Changes are transactions, as the master's. */
export interface WorkerAgents {
  /** Notes what was seen; gives each that says something new the next revision, and marks it as to be sent. `revision` of the argument is ignored. How many were new. */
  observe(updates: readonly Omit<AgentUpdate, 'revision'>[]): Promise<number>;
  /** The oldest to be sent first, as many as fit. Coalesced: an agent is in it once, as it is now. */
  unsent(limits: { readonly rows: number; readonly fullRows: number; readonly bytes: number }): Unsent;
  readonly unsentCount: () => number;
  /** The master holds these updates, but for those of `outcome`: only now are they clean. */
  confirmed(updates: readonly AgentUpdate[], outcome: MergeOutcome): Promise<void>;
  /** They report elsewhere; what waits to be sent is judged when it is sent. */
  moved(ids: readonly number[]): Promise<void>;
  /** All that is held is to be compared or sent whole again: the master asked for it. */
  resend(ids: readonly number[]): Promise<void>;
  remove(ids: readonly number[]): Promise<void>;
  ids(): Iterable<number>;
  /** Of `(id, confirmed revision)`: what we believe that the master holds from us. */
  digest(): DigestSum;
  digestOf(range: IdRange): DigestSum;
  split(range: IdRange, parts: number): readonly IdRange[];
  /** `[id, confirmed revision]` in `range`. */
  held(range: IdRange): readonly (readonly [id: number, revision: number])[];
  readonly size: () => number;
  /** The latest `seenMs` of all that was remembered; 0: none. Node time shall not begin before it. */
  readonly newestMs: () => number;
}
