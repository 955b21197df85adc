/** Samples of what the front doors of a node ask and are told; optional fields are present. */
import type { MessageType, NodeReply, Relay, WireMessage } from '@muster/protocol';

type Door =
  | Exclude<Relay['message'] | NodeReply, { readonly type: 'get-health' | 'get-tree' | 'health' | 'tree' | 'done' }>
  | Extract<WireMessage, { readonly type: 'get-healthcheck' | 'healthcheck' | 'relay' | 'relayed' }>;
type DoorType = Exclude<Door['type'], 'crash-actor' | 'set-log-level'> & MessageType;
type DoorSamples = { readonly [T in DoorType]: Extract<WireMessage, { type: T }> };

export const actorRow = {
  path: '/node/keep-alive',
  kind: 'actor',
  state: 'running',
  mailbox: 0,
  highWater: 7,
  processed: 12_345,
  busyMs: 99.5,
  restarts: 1,
  lastError: 'link broke',
} as const;
const span = { startAgoMs: 4_200, endAgoMs: 4_000.5 };
const work = {
  checked: span,
  synced: { ...span, missing: 3, shared: 2, extra: 1 },
  syncing: false,
  agentInfo: { ...span, chunks: 2, agents: 1_500 },
  sendingAgents: true,
  agentGroups: { ...span, chunks: 1 },
  agentGroupsFull: { ...span, chunks: 4 },
};
const standing = { type: 'standing', ...work } as const;

export const doorMessages: DoorSamples = {
  'get-actor': { type: 'get-actor', path: '/node/keep-alive' },
  actor: {
    type: 'actor',
    row: actorRow,
    upMs: 86_400_000,
    capacity: 10_000,
    overflowed: 0,
    inFlight: 1,
    state: '{"peers":{"worker1":{"liveness":"up"}}}',
    children: [{ ...actorRow, path: '/node/keep-alive/child', kind: 'supervisor' }],
    messages: [{ agoMs: 12.5, type: 'heartbeat', shown: '{"peer":"worker1"}', handlingMs: 0.25 }],
    lastErrorAgoMs: 60_000,
    operations: [{ form: 'ask', type: 'get-nodes', about: 'who lives', example: '{"type":"get-nodes"}' }],
  },
  'get-dead-letters': { type: 'get-dead-letters' },
  'dead-letters': {
    type: 'dead-letters',
    count: 300,
    rows: [{ agoMs: 5_000, to: '/node/links', message: 'unlinked', shown: '{"peer":"größe"}', reason: 'stopped' }],
  },
  'get-metrics': { type: 'get-metrics', rest: { text: 3, from: 65_500 } },
  metrics: {
    type: 'metrics',
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    page: '# HELP muster_files Files\n# TYPE muster_files gauge\nmuster_files 295\n',
    rest: { text: 3, from: 131_000 },
  },
  'get-links': { type: 'get-links' },
  links: {
    type: 'links',
    rows: [
      {
        peer: 'worker1',
        role: 'worker',
        version: '0.1.0',
        address: '10.0.0.7:41234',
        sinceMs: 3_600_000,
        skewMs: -12,
        roundTripMs: 0.75,
        sentBytes: 5_000_000_000,
        receivedBytes: 4_096,
        sentBulkBytes: 4_900_000_000,
        receivedBulkBytes: 0,
        queuedBytes: 262_144,
        streams: 2,
        asks: 1,
      },
    ],
    reconnects: 3,
  },
  'get-trace': { type: 'get-trace', pattern: '/node/**', session: 7 },
  trace: {
    type: 'trace',
    session: 7,
    rows: [
      { agoMs: 1.5, path: '/node/keep-alive', message: 'tick', shown: '{"type":"tick"}', waitMs: 0, handlingMs: 0.125 },
    ],
    dropped: 12,
    actors: 9,
  },
  'restart-actor': { type: 'restart-actor', path: '/node/keep-alive' },
  'tell-actor': { type: 'tell-actor', path: '/node/integrity', message: '{"type":"dirty","directories":["etc"]}' },
  'ask-actor': { type: 'ask-actor', path: '/node/keep-alive', message: '{"type":"get-nodes"}' },
  'actor-answer': { type: 'actor-answer', shown: '[{"name":"worker1"}]', tookMs: 0.5 },
  'bench-actor': { type: 'bench-actor', path: '/node/keep-alive', count: 10_000 },
  bench: { type: 'bench', count: 10_000, tookMs: 52.5, p50Ms: 0.25, p99Ms: 1.5, maxMs: 4 },
  'get-events': { type: 'get-events', after: 41, last: 500, kind: 'lost' },
  events: {
    type: 'events',
    rows: [{ id: 42, atMs: 1_763_760_000_123.5, kind: 'lost', subject: 'worker1', text: 'no beat for 4.0 s' }],
    next: 42,
    more: true,
  },
  'get-node-info': { type: 'get-node-info' },
  'node-info': {
    type: 'node-info',
    node: 'worker1',
    role: 'worker',
    version: '0.1.0',
    cluster: 'muster',
    managerVersion: '4.14.7',
    runtime: 'Node.js 20.20.0',
    system: 'Linux 6.1 x64',
    wallMs: 1_763_760_000_123.5,
    zoneMinutes: 120,
    zone: 'Europe/Berlin',
    uptimeMs: 86_400_000,
    keyFingerprint: '0123456789abcdef',
    daemons: [{ name: 'wazuh-analysisd', state: 'running' }],
    freeBytes: 5_000_000_000,
    totalBytes: 100_000_000_000,
  },
  'get-logs': {
    type: 'get-logs',
    log: 'manager',
    offset: 100,
    limit: 500,
    level: 'error',
    tag: 'wazuh-remoted',
    search: 'Größe',
  },
  logs: {
    type: 'logs',
    rows: [{ time: '2026-11-22T10:00:00Z', level: 'error', tag: 'wazuh-remoted', text: 'Cannot bind.' }],
    total: 101,
  },
  'get-standing': { type: 'get-standing' },
  standing,
  'get-healthcheck': { type: 'get-healthcheck', nodes: ['master', 'worker1'] },
  healthcheck: {
    type: 'healthcheck',
    rows: [
      { name: 'master', role: 'master', version: '0.1.0', address: '10.0.0.1', activeAgents: 100_000 },
      {
        name: 'worker1',
        role: 'worker',
        version: '0.1.0',
        address: '10.0.0.7',
        activeAgents: 50_000,
        lastKeepAliveAgoMs: 500,
        work,
        staleMs: 12_000,
      },
    ],
  },
  relay: { type: 'relay', node: 'worker1', message: { type: 'get-logs', log: 'cluster', offset: 0, limit: 10 } },
  relayed: { type: 'relayed', message: standing },
};
