/** What nodes say of agents: ids, statuses, and the two sets of names that users know for them. */

/** The largest id: what the manager's database and its tools take as a positive 32-bit number. */
export const MAX_AGENT_ID = 2 ** 31 - 1;

/** As in `client.keys` (`reference/agent-info.md` 1): decimal, zero-padded to at least three digits. */
export const agentIdText = (id: number): string => String(id).padStart(3, '0');

/** How an agent stands (`reference/agent-info.md` 3, column 4.x), in the order of their numbers on the wire. */
export const agentStatuses = ['never_connected', 'pending', 'active', 'disconnected'] as const;
export type AgentStatus = (typeof agentStatuses)[number];

/** The names of 3.8 for the same. */
export const agentStatusNames38: Readonly<Record<AgentStatus, string>> = {
  never_connected: 'Never connected',
  pending: 'Pending',
  active: 'Active',
  disconnected: 'Disconnected',
};

/** Why a status is what it is (`reference/agent-info.md` 3), by its number on the wire. */
export const statusCodes = [
  'none',
  'invalid-version',
  'version-unreadable',
  'shutdown',
  'no-keep-alive',
  'reset-by-manager',
] as const;

/** The texts of an `AgentInfo`, in the order in which they cross the wire and lie in the store. */
export const agentInfoFields = [
  'name',
  'ip',
  'version',
  'osName',
  'osVersion',
  'osMajor',
  'osMinor',
  'osCodename',
  'osBuild',
  'osPlatform',
  'osUname',
  'osArch',
  'configSum',
  'mergedSum',
  'managerHost',
  'nodeName',
  'groupConfigStatus',
] as const;
export type AgentInfoField = (typeof agentInfoFields)[number];

/** What of an agent changes rarely. An unknown text is ''. Each at most 255 UTF-16 units, `osUname` and label values 1,024. */
export type AgentInfo = Readonly<Record<AgentInfoField, string>> & {
  /** In the agent's order; a key that starts with `!` is hidden from alerts. At most 64. */
  readonly labels: readonly (readonly [key: string, value: string])[];
};

/**
 * One status of one agent, as a node saw it.
 *
 * Times are of a node's own steady scale, `nodeTime`: its wall clock at the start of the process plus the
 * steady time since, so that nothing that is compared ever jumps. On the master all are of the master's scale.
 */
export interface AgentUpdate {
  /** 1 to `MAX_AGENT_ID`. */
  readonly id: number;
  /** Given by the node that saw it: grows with each of its updates, over restarts too. Names this update. */
  readonly revision: number;
  /** When the agent was last heard, ms, node time. */
  readonly seenMs: number;
  readonly status: AgentStatus;
  /** Index into `statusCodes`. */
  readonly code: number;
  /** Since when it is disconnected, ms, node time; 0 when it is not. */
  readonly disconnectedMs: number;
  /** What is known of the agent; absent when this update says only that it lives, or how. */
  readonly info?: AgentInfo;
}

/** What became of the updates of one batch; whoever is in none of the lists was taken. */
export interface MergeOutcome {
  /** A newer update of another node stands: the sender has the agent no more. */
  readonly lost: readonly number[];
  /** Taken, and the master has no `AgentInfo`, or only another node's: send it whole. */
  readonly wanted: readonly number[];
  /** Not in the master's client.keys: dropped. */
  readonly unknown: readonly number[];
}

/** Who has which groups: names in order, later ones override earlier (`reference/agent-info.md` 6). */
export interface GroupRow {
  readonly id: number;
  /** The master's number of this assignment's last change; grows over all agents and restarts. */
  readonly version: number;
  /** 0 (none any more) to 256 names. */
  readonly groups: readonly string[];
}

/** `[A-Za-z0-9._-]`, 1 to 255, and neither `.` nor `..` (`reference/agent-info.md` 6). */
export const isGroupName = (name: string): boolean => /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/.test(name);

/** More groups are refused (3.8; 4.14 takes 128). */
export const MAX_GROUPS = 256;
