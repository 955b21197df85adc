/** One sample of every message and every envelope; optional fields are present. */
import type { Envelope, MessageType, Sender, WireMessage } from '@muster/protocol';
import { catalogue, digestBytes, packBatch } from '@muster/protocol';
import { agentInfo } from './agents.ts';
import { actorRow, doorMessages } from './door-samples.ts';

export const digest = (byte: string): Uint8Array => digestBytes(byte.repeat(64));

type Samples = { readonly [T in MessageType]: Extract<WireMessage, { type: T }> };

export const messages: Samples = {
  beat: {
    type: 'beat',
    sequence: 70_000,
    wallMs: 1_763_760_000_123.5,
    holds: { epoch: 3, generation: 41 },
    state: 'syncing',
    files: 10_000,
    loopDelayMs: 1.25,
    why: 'fetching 3 files of generation 3.42',
    agents: { timeMs: 1_763_760_000_123.5, batch: 7, moved: 2, backlog: 0, digest: [1_000, 4_000_000_000, 12] },
    groups: { version: 41, digest: [3, 1, 2] },
  },
  generation: {
    type: 'generation',
    id: { epoch: 3, generation: 42 },
    root: digest('a1'),
    files: 295,
    bytes: 5_000_000_000,
    delta: {
      base: { epoch: 3, generation: 41 },
      put: [['etc/rules/größe.xml', 1_234, digest('b2')]],
      remove: ['etc/rules/old.xml'],
      makeDirectories: ['etc/shared/new'],
      removeDirectories: ['etc/shared/old'],
      held: ['etc/lists/huge'],
    },
  },
  'confirm-generation': { type: 'confirm-generation', id: { epoch: 3, generation: 42 } },
  'get-manifest': { type: 'get-manifest', id: { epoch: 3, generation: 42 } },
  'get-content': { type: 'get-content', digests: [digest('c3'), digest('d4')] },
  'get-cluster': { type: 'get-cluster' },
  cluster: {
    type: 'cluster',
    cluster: 'muster',
    generation: { epoch: 3, generation: 42 },
    nodes: [
      {
        name: 'worker1',
        role: 'worker',
        version: '0.1.0',
        address: '10.0.0.7:41234',
        liveness: 'suspect',
        reason: 'silent for 3 s',
        sync: 'held',
        holds: { epoch: 3, generation: 41 },
        lag: 1,
        behindMs: 250,
        files: 295,
        why: 'the guard waits for a second generation',
        heardMs: 3_000.5,
        loopDelayMs: 2,
        skewMs: -12,
        linked: true,
      },
    ],
  },
  explain: { type: 'explain', node: 'worker1' },
  explanation: { type: 'explanation', node: 'worker1', text: 'It holds generation 3.41; 3.42 is on its way.' },
  'get-health': { type: 'get-health' },
  health: {
    type: 'health',
    node: 'worker1',
    role: 'worker',
    version: '0.1.0',
    pid: 4_242,
    uptimeMs: 86_400_000,
    cluster: 'muster',
    state: 'in-sync',
    holds: { epoch: 3, generation: 42 },
    files: 295,
    bytes: 5_000_000_000,
    work: { scans: 4, hashed: 295, replications: 2, written: 290, removed: 5, writtenBytes: 4_900_000_000 },
    generation: { epoch: 3, generation: 42 },
    problems: [{ path: 'etc/lists/caf\\xe9', effect: 'held', code: 'not-utf8', text: 'Rename it.' }],
    link: 'linked to master since 12:00',
    linked: true,
    restarts: 1,
    deadLetters: 0,
    rssBytes: 80_000_000,
    loopDelayMs: 0.5,
    sentBytes: 4_096,
    receivedBytes: 5_000_000_000,
    agents: 1_000,
    agentWork: {
      manager: 'wazuh-db',
      trouble: 'wazuh-db does not answer.',
      known: 990,
      active: 900,
      disconnected: 80,
      pending: 10,
      neverConnected: 10,
      unsent: 3,
      taken: 70_000,
      lost: 12,
      unknown: 1,
      unpublished: 4,
      groupsVersion: 41,
      storeBytes: 2_097_152,
      storeMaxBytes: 4_294_967_296,
    },
    balancers: [{ endpoint: '/run/haproxy/admin.sock', phase: 'unreachable', doing: 'trying again', trouble: 'gone' }],
  },
  'get-tree': { type: 'get-tree' },
  tree: {
    type: 'tree',
    actors: [{ ...actorRow, path: 'node/keep-alive' }],
  },
  'forget-node': { type: 'forget-node', node: 'worker1' },
  'get-balance': { type: 'get-balance' },
  balance: {
    type: 'balance',
    instances: [
      {
        endpoint: '/run/haproxy/admin.sock',
        reachable: true,
        trouble: 'worker2 does not come up: its health check fails',
        version: '2.6.12-1',
        pid: 4_711,
        doing: 'cutting 75 of 300',
        phase: 'cutting',
        sessions: 300,
        servers: [
          {
            name: 'master',
            address: '10.0.0.1',
            admin: 'ready',
            health: 'up',
            standing: 'up',
            weight: 100,
            sessions: 150,
            target: 75,
            cuts: 75,
          },
          { name: 'worker1', address: '10.0.0.2', standing: 'drained', weight: 100, sessions: 0, target: 0, cuts: 0 },
        ],
        advice: [{ code: 'algorithm', text: 'write balance leastconn' }],
        plans: 3,
        cuts: 225,
        restartsSeen: 1,
        lastPlanMs: 220.5,
      },
    ],
  },
  'drain-node': { type: 'drain-node', node: 'worker1', drained: true },
  'set-log-level': { type: 'set-log-level', level: 'debug2' },
  'crash-actor': { type: 'crash-actor', path: 'node/keep-alive' },
  'agent-statuses': packBatch(
    [
      { id: 1, revision: 1_763_760_000_100, seenMs: 1_763_760_000_123, status: 'active', code: 0, disconnectedMs: 0 },
      {
        id: 1_000,
        revision: 1_763_760_000_090,
        seenMs: 1_763_759_100_000,
        status: 'disconnected',
        code: 4,
        disconnectedMs: 1_763_760_000_000,
      },
      {
        id: 2,
        revision: 1_763_760_000_300,
        seenMs: 1_763_760_000_000,
        status: 'active',
        code: 0,
        disconnectedMs: 0,
        info: agentInfo(2),
      },
    ],
    8,
    1_763_760_000_623.5,
  ).message,
  'agents-taken': { type: 'agents-taken', moved: 3, lost: [7], wanted: [1, 2, 3], unknown: [2_147_483_647, 5] },
  'agents-moved': { type: 'agents-moved', number: 3, ids: [12, 9, 200_000] },
  'agents-differ': { type: 'agents-differ' },
  'check-agents': {
    type: 'check-agents',
    parts: [
      [0, 255, [12, 4_294_967_295, 7]],
      [256, 2_147_483_647, [0, 0, 0]],
    ],
  },
  'agents-checked': { type: 'agents-checked', differing: [0, 255] },
  'held-agents': {
    type: 'held-agents',
    from: 256,
    to: 511,
    rows: [
      [257, 1_763_760_000_100],
      [500, 1_763_760_000_001],
    ],
  },
  'group-changes': {
    type: 'group-changes',
    base: 41,
    version: 43,
    names: ['default', 'web-1'],
    rows: [
      [3, 43, [1, 0]],
      [1, 42, []],
    ],
  },
  'check-groups': { type: 'check-groups', parts: [[0, 2_147_483_647, [3, 1, 2]]] },
  'groups-checked': { type: 'groups-checked', version: 43, differing: [0] },
  'get-groups': { type: 'get-groups', from: 0, to: 255 },
  groups: { type: 'groups', from: 0, upTo: 255, version: 43, names: ['default'], rows: [[3, 43, [0]]] },
  'propose-groups': { type: 'propose-groups', id: 3, groups: ['default', 'web-1'] },
  'groups-assigned': { type: 'groups-assigned', id: 3, version: 43, outcome: 'kept', groups: ['web-1'] },
  'register-agent': {
    type: 'register-agent',
    name: 'web-7',
    ip: '10.0.0.0/24',
    groups: ['default'],
    keyHash: 'a9'.repeat(20),
    id: 12,
    key: '0f'.repeat(32),
  },
  'agent-registered': { type: 'agent-registered', id: 12, name: 'web-7', ip: 'any', key: '0f'.repeat(32) },
  'remove-agent': { type: 'remove-agent', id: 12, purge: false },
  'agent-removed': { type: 'agent-removed', id: 12 },
  'assign-group': { type: 'assign-group', id: 12, mergedSum: 'd4'.repeat(16) },
  'group-assigned': { type: 'group-assigned', id: 12, group: 'default' },
  'registration-refused': { type: 'registration-refused', code: 9_008, text: 'Duplicate name' },
  'get-agents': { type: 'get-agents', after: 500, node: 'worker1', status: 'active', group: 'default' },
  agents: {
    type: 'agents',
    rows: [
      {
        id: 12,
        name: 'web-7',
        ip: 'any',
        status: 'active',
        node: 'worker1',
        seenAgoMs: 1_500,
        version: 'Wazuh v4.14.0',
        groups: 'default,web-1',
      },
    ],
    next: 12,
    total: 100_000,
  },
  'get-agent': { type: 'get-agent', id: 12 },
  agent: {
    type: 'agent',
    row: { id: 12, name: 'web-7', ip: 'any', status: 'disconnected', version: '', groups: '' },
    code: 4,
    disconnectedAgoMs: 60_000,
    info: [['osName', 'Ubuntu']],
    history: [{ node: 'worker1', sinceAgoMs: 86_400_000.5 }],
  },
  'sync-now': { type: 'sync-now' },
  ...doorMessages,
  done: { type: 'done' },
};

/** `message` in the envelope that its form asks for. */
export function wrap(message: WireMessage): Envelope {
  const { form, to } = catalogue.get(message.type)!;
  if (form === 'reply') return { kind: 'reply', id: 9, message };
  if (form === 'ask') return { kind: 'ask', id: 9, to: to!, message };
  if (form === 'stream') return { kind: 'open', stream: 1, to: to!, message, credit: 1_048_576 };
  return { kind: 'tell', to: to!, message };
}

type Bare = Exclude<Envelope, { readonly message: WireMessage }>;

/** Envelopes without a message. */
export const bare: { readonly [K in Bare['kind']]: Extract<Bare, { kind: K }> } = {
  hello: {
    kind: 'hello',
    protocol: { min: 1, max: 2 },
    cluster: 'muster',
    node: 'worker1',
    role: 'worker',
    version: '0.1.0',
    wallMs: 1_763_760_000_000,
  },
  welcome: { kind: 'welcome', protocol: 1, node: 'master', version: '0.1.0', wallMs: 1_763_760_000_001 },
  refuse: { kind: 'refuse', code: 'name-taken', text: 'worker1 is held by 10.0.0.7 since 12:00' },
  failure: { kind: 'failure', id: 9, code: 'timeout', text: 'no answer within 5 s' },
  credit: { kind: 'credit', stream: 1, bytes: 262_144 },
  end: { kind: 'end', stream: 1 },
  abort: { kind: 'abort', stream: 4_294_967_295, code: 'ENOSPC', text: 'the disk is full' },
  ping: { kind: 'ping', id: 9_007_199_254_740_991 },
  pong: { kind: 'pong', id: 5 },
  goodbye: { kind: 'goodbye', code: 'shutting-down', text: 'stopped by SIGTERM' },
};

/** Every sample with its name and one who may send it. */
export const samples: readonly (readonly [name: string, envelope: Envelope, sender: Sender])[] = [
  ...Object.values(messages).map(
    (message) => [`message-${message.type}`, wrap(message), catalogue.get(message.type)!.from[0]!] as const,
  ),
  ...Object.values(bare).map(
    (envelope) =>
      [
        `envelope-${envelope.kind}`,
        envelope,
        ['hello', 'credit'].includes(envelope.kind) ? ('worker' as const) : ('master' as const),
      ] as const,
  ),
];
