import { join } from 'node:path';
import type {
  AgentRegistered,
  AgentRemoved,
  Agents,
  AgentView,
  AssignGroup,
  Balance,
  ClusterView,
  Events,
  GetAgents,
  GetEvents,
  GroupAssigned,
  Healthcheck,
  NodeName,
  RegisterAgent,
  RegistrationRefused,
  RemoveAgent,
} from '@muster/protocol';
import { allPages } from './agent-pages.ts';
import { controlError } from './errors.ts';
import { expectType } from './expect-type.ts';
import type { ActorRow, AgentFilter, Health, LocalReply, LocalRequest, LogLevel } from './local.ts';
import { type NodeClient, nodeClient } from './node-client.ts';

/** An open conversation with the node of one R. */
export interface ControlClient {
  /** The whole cluster, as the master sees it; as this node sees it when its master cannot be asked. */
  cluster(): Promise<ClusterView>;
  health(): Promise<Health>;
  /** Plain words on why `node` is not in sync. */
  explain(node: NodeName): Promise<string>;
  /** The living actors, in the order of their paths. */
  tree(): Promise<readonly ActorRow[]>;
  /** Until the next start. */
  setLogLevel(level: LogLevel): Promise<void>;
  forget(node: string): Promise<void>;
  /** The agents' backend of each HAProxy, and what a plan made now would do. Of a master only. */
  balance(): Promise<Balance>;
  /** Whether `node` is to have no agents through HAProxy; false: it was so before. Of a master only. */
  drain(node: NodeName, drained: boolean): Promise<boolean>;
  crash(path: string): Promise<void>;
  /** Looks at the whole disk now, without waiting for the next full reconcile. */
  syncNow(): Promise<void>;
  /** One page of agents, those after `after` (0 for the first). It may be short or empty and still have a `next`. */
  agents(query: Omit<GetAgents, 'type'>): Promise<Agents>;
  /** All agents that fit, page by page. An agent that comes or goes meanwhile may be in it or not; none is twice. */
  allAgents(filter?: AgentFilter): AsyncGenerator<Agents, void, undefined>;
  /** Everything that is known of one agent. */
  agent(id: number): Promise<AgentView>;
  /** Adds an agent, on the master. The registrar's refusal is an answer; rejects when it could not be asked. */
  register(agent: Omit<RegisterAgent, 'type'>): Promise<AgentRegistered | RegistrationRefused>;
  /** `purge`: its line of client.keys goes, too. */
  removeAgent(agent: Omit<RemoveAgent, 'type'>): Promise<AgentRemoved | RegistrationRefused>;
  /** The group of an agent that has none yet. */
  assignGroup(agent: Omit<AssignGroup, 'type'>): Promise<GroupAssigned | RegistrationRefused>;
  /** What happened at this node. */
  events(query: Omit<GetEvents, 'type'>): Promise<Events>;
  /** What every node did last, as the master knows; of these, where `nodes` names some. Rejects when the master cannot be asked. */
  healthcheck(nodes?: readonly NodeName[]): Promise<Healthcheck>;
  /** Views of, and orders to, one node; this one where `node` is absent. Orders to another node are taken on the master alone. */
  at(node?: NodeName): NodeClient;
  close(): void;
}

/** The wire below a client. */
export interface ControlConnection {
  ask(message: LocalRequest, timeoutMs: number): Promise<LocalReply>;
  close(): void;
}

/** Opens the socket at `path`; rejects with an error whose `code`, or whose cause's, is the system's. */
export type ControlDial = (path: string, timeoutMs: number) => Promise<ControlConnection>;

/** Milliseconds for opening and for each answer; more than the node's own deadline, so that its words arrive. */
export const clientTimeoutMs = 15_000;

/** The local socket of the node with root `root` (`/var/ossec`). */
export const controlSocketPath = (root: string): string => join(root, 'queue', 'cluster', 'muster.sock');

/** Connects to the running node of `root`. Rejects with a `ControlError` that names the cure. */
export async function connectControl(root: string, dial: ControlDial, timeoutMs: number): Promise<ControlClient> {
  const path = controlSocketPath(root);
  const connection = await dial(path, timeoutMs).catch((error: unknown) => {
    throw controlError(error, root, path);
  });
  const ask = <Type extends LocalReply['type']>(message: LocalRequest, ...types: readonly [Type, ...Type[]]) =>
    connection.ask(message, timeoutMs).then(
      (reply) => expectType(reply, types, root),
      (error: unknown) => {
        throw controlError(error, root, path);
      },
    );
  const agents: ControlClient['agents'] = (query) => ask({ type: 'get-agents', ...query }, 'agents');
  return {
    cluster: () => ask({ type: 'get-cluster' }, 'cluster'),
    health: () => ask({ type: 'get-health' }, 'health'),
    explain: (node) => ask({ type: 'explain', node }, 'explanation').then(({ text }) => text),
    tree: () => ask({ type: 'get-tree' }, 'tree').then(({ actors }) => actors),
    setLogLevel: (level) => ask({ type: 'set-log-level', level }, 'done').then(nothing),
    crash: (actor) => ask({ type: 'crash-actor', path: actor }, 'done').then(nothing),
    syncNow: () => ask({ type: 'sync-now' }, 'done').then(nothing),
    forget: (node) => ask({ type: 'forget-node', node }, 'done').then(nothing),
    balance: () => ask({ type: 'get-balance' }, 'balance'),
    drain: async (node, drained) => (await ask({ type: 'drain-node', node, drained }, 'done')).already !== true,
    agents,
    allAgents: (filter = {}) => allPages((after) => agents({ ...filter, after }), root),
    agent: (id) => ask({ type: 'get-agent', id }, 'agent'),
    register: (agent) => ask({ type: 'register-agent', ...agent }, 'agent-registered', 'registration-refused'),
    removeAgent: (agent) => ask({ type: 'remove-agent', ...agent }, 'agent-removed', 'registration-refused'),
    assignGroup: (agent) => ask({ type: 'assign-group', ...agent }, 'group-assigned', 'registration-refused'),
    events: (query) => ask({ type: 'get-events', ...query }, 'events'),
    healthcheck: (nodes) =>
      ask({ type: 'get-healthcheck', ...(nodes === undefined ? {} : { nodes: [...nodes] }) }, 'healthcheck'),
    at: (node) => nodeClient(ask, node, root),
    close: () => connection.close(),
  };
}

const nothing = (): void => {};
