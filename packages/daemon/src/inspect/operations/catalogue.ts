/** Every operation there is, by the kind of actor: what shows more, or what mends and can be asked for again without harm. */

import type { GroupAuthorityMessage, GroupReplicaMessage } from '@muster/agent-groups';
import type { AgentMergerMessage, AgentReporterMessage } from '@muster/agent-info';
import type { ClusterSocketMessage } from '@muster/cluster-socket';
import type { FileReplicaMessage, FileServerMessage } from '@muster/file-sync';
import type { BalancerMessage } from '@muster/haproxy-balancer';
import type { IntegrityMessage } from '@muster/integrity';
import type { KeepAliveMessage } from '@muster/keep-alive';
import type { DialerMessage, ListenerMessage, NodeMessage } from '@muster/node';
import { nodeNamePattern, type Role } from '@muster/protocol';
import type { RegistrationMessage } from '@muster/registration';
import { Type } from '@sinclair/typebox';
import { type Operation, operationsOf } from './operation.ts';

/** Relative to R, without empty parts, `.` and `..`. */
const Directory = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'give a directory below the root of the manager, without a slash before it',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point.
  pattern: /^(?!\/)(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\\x00-\x1f]+$/.source,
});
const NodeName = Type.String({ pattern: nodeNamePattern, description: 'give the name of a node' });

const keepAliveTakes = operationsOf<KeepAliveMessage>();
const integrityTakes = operationsOf<IntegrityMessage>();
const serverTakes = operationsOf<FileServerMessage>();
const replicaTakes = operationsOf<FileReplicaMessage>();
const mergerTakes = operationsOf<AgentMergerMessage>();
const reporterTakes = operationsOf<AgentReporterMessage>();
const authorityTakes = operationsOf<GroupAuthorityMessage>();
const groupsTake = operationsOf<GroupReplicaMessage>();
const registrationTakes = operationsOf<RegistrationMessage>();
const clusterSocketTakes = operationsOf<ClusterSocketMessage>();
const balancerTakes = operationsOf<BalancerMessage>();
const listenerTakes = operationsOf<ListenerMessage<never>>();
const dialerTakes = operationsOf<DialerMessage>();
const nodeTakes = operationsOf<NodeMessage>();

const howItGoes = 'What it does now, and how it went since it started.';

const reporter = [
  reporterTakes.ask('get-state', howItGoes),
  reporterTakes.tell('changed', 'Ask the manager now who reported, without waiting for its turn.', {}, {}),
];

interface Kind {
  readonly path: RegExp;
  /** Absent: on either. */
  readonly role?: Role;
  readonly operations: readonly Operation[];
}

const kinds: readonly Kind[] = [
  {
    path: /^\/keep-alive$/,
    operations: [
      keepAliveTakes.ask('get-nodes', 'A row for each peer, as its beats and links show it.'),
      keepAliveTakes.ask('get-own-lag', 'How far this node is behind its master.'),
      keepAliveTakes.tell('status-changed', 'Send the peers a beat now.', {}, {}),
    ],
  },
  {
    path: /^\/integrity$/,
    operations: [
      integrityTakes.ask('get-state', howItGoes),
      integrityTakes.tell(
        'dirty',
        'List and digest these directories again now. They are relative to the root of the manager.',
        { directories: Type.Array(Directory, { minItems: 1, maxItems: 64 }) },
        { directories: ['etc/rules'] },
      ),
    ],
  },
  {
    path: /^\/file-sync$/,
    role: 'master',
    operations: [
      serverTakes.ask('get-state', howItGoes),
      serverTakes.tell(
        'announce-again',
        'Tell this worker the newest generation once more.',
        { peer: NodeName },
        { peer: 'worker1' },
      ),
    ],
  },
  { path: /^\/file-sync$/, role: 'worker', operations: [replicaTakes.ask('get-state', howItGoes)] },
  { path: /^\/agent-info$/, role: 'master', operations: [mergerTakes.ask('get-state', howItGoes)] },
  {
    path: /^\/agent-info$/,
    role: 'worker',
    operations: [
      ...reporter,
      reporterTakes.tell(
        'differ',
        'Compare what the master holds of the agents of this node, and send what differs.',
        {},
        {},
      ),
    ],
  },
  { path: /^\/own-agents$/, role: 'master', operations: reporter },
  {
    path: /^\/agent-groups$/,
    role: 'master',
    operations: [
      authorityTakes.ask('get-state', howItGoes),
      authorityTakes.tell('manager-changed', "Read the manager's assignments again now.", {}, {}),
    ],
  },
  {
    path: /^\/agent-groups$/,
    role: 'worker',
    operations: [
      groupsTake.ask('get-state', howItGoes),
      groupsTake.tell('manager-changed', 'Compare the assignments of the manager beside it again now.', {}, {}),
    ],
  },
  { path: /^\/registration$/, operations: [registrationTakes.ask('get-state', howItGoes)] },
  { path: /^\/cluster-socket$/, operations: [clusterSocketTakes.ask('get-state', howItGoes)] },
  {
    path: /^\/haproxy\/[^/]+$/,
    role: 'master',
    operations: [
      balancerTakes.ask('get-balance', 'What its HAProxy looks like, what is being done, and what would be.'),
    ],
  },
  {
    path: /^\/links\/listener$/,
    role: 'master',
    operations: [listenerTakes.ask('get-registry', 'The names in use, and the links that hold them.')],
  },
  {
    path: /^\/links\/dialer$/,
    role: 'worker',
    operations: [dialerTakes.ask('get-link', 'The state of the link to the master, and why there is none.')],
  },
  {
    path: /^\/links\/node:[^/]+$/,
    operations: [
      nodeTakes.ask('probe', 'Whether the peer answers a ping within a second.'),
      nodeTakes.ask('get-stats', 'What went over the link.'),
    ],
  },
];

/** What the actor at `path` of a node of `role` may be sent. None: nothing. */
export const operationsAt = (path: string, role: Role): readonly Operation[] =>
  kinds.find((kind) => kind.path.test(path) && (kind.role ?? role) === role)?.operations ?? [];

/** For the tests. */
export const everyOperation: readonly (Operation & { readonly kind: string })[] = kinds.flatMap(
  ({ path, operations }) => operations.map((operation) => ({ ...operation, kind: path.source })),
);
