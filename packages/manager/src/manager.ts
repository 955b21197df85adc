/**
 * The manager beside us, as Muster needs it: which agents have reported here, who has which groups, what
 * the master knows of all. Three adapters (`files`, `wazuh-db`, `embedded`) keep the same promises, held by one
 * compliance suite (`./testing`).
 */
import type { AgentInfo, AgentStatus } from '@muster/protocol';

/** What the manager knows of one agent that reports here. Times are of this machine's wall clock, ms since 1970. */
export interface SeenAgent {
  readonly id: number;
  readonly seenMs: number;
  readonly status: AgentStatus;
  readonly code: number;
  /** 0 when it is not disconnected. */
  readonly disconnectedMs: number;
  readonly info?: AgentInfo;
}

/** A thing that is wrong with one entry: it is skipped, named, and nothing else is. */
export interface ManagerFault {
  /** A file relative to R, or a socket, or `agent 012`. */
  readonly at: string;
  readonly code: string;
  /** For people: the fault and its cure. */
  readonly text: string;
}

export interface Seen {
  readonly agents: readonly SeenAgent[];
  readonly faults: readonly ManagerFault[];
  /** Call when `agents` are remembered: only then will they not be given again. */
  readonly remembered: () => Promise<void>;
  /** More waits: ask again at once. */
  readonly more: boolean;
}

/** What the master knows of an agent, for the manager beside it. */
export interface PublishedAgent extends SeenAgent {
  readonly node: string;
  readonly info: AgentInfo;
}

export interface AssignedGroups {
  readonly id: number;
  /** None: no assignment. */
  readonly groups: readonly string[];
}

export interface Manager {
  readonly kind: 'files' | 'wazuh-db' | 'embedded';
  /** What was seen since what was last `remembered`, at most 5,000 at a time. Rejects with a `ManagerError` when the manager cannot be asked. */
  seen(signal: AbortSignal): Promise<Seen>;
  /** Calls `changed` when something may be new, at most once per 50 ms. Polling where there is no such hint is the caller's matter. */
  watch(changed: () => void): { close(): void };
  /** Makes the manager of the master know what other nodes saw. Idempotent. Those that could not be written, and why; rejects when none can. */
  publish(agents: readonly PublishedAgent[], signal: AbortSignal): Promise<readonly ManagerFault[]>;
  /** They are in client.keys no more: what lies here of them goes. */
  forget(ids: readonly number[], signal: AbortSignal): Promise<readonly ManagerFault[]>;
  /** All assignments, in the order of ids, in pages after `after`. */
  groups(
    after: number,
    signal: AbortSignal,
  ): Promise<{
    readonly rows: readonly AssignedGroups[];
    readonly faults: readonly ManagerFault[];
    readonly next: number | undefined;
  }>;
  /** Sets assignments as the master says. Idempotent, durable when it resolves. */
  assign(rows: readonly AssignedGroups[], signal: AbortSignal): Promise<readonly ManagerFault[]>;
  close(): Promise<void>;
}
