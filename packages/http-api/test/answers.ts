/** Fixed answers of a node, for whoever asks. */

import type { ClusterView, Healthcheck, Logs, NodeInfo, NodeView } from '@muster/protocol';
import type { ApiAnswers } from '../src/deps.ts';

export const secrets = {
  key: 'cluster-key-0123456789abcdefghij',
  password: 'correct horse battery',
  agentKey: 'a'.repeat(64),
  root: '',
};

export const nodeView = (
  name: string,
  role: 'master' | 'worker',
  address: string,
  more: Partial<NodeView> = {},
): NodeView => ({
  ...{ name, role, version: '4.14.7', address, liveness: 'up', reason: 'heard', sync: 'in-sync' },
  ...{ holds: { epoch: 7, generation: 3 }, behindMs: 0, files: 12, heardMs: 10, loopDelayMs: 1 },
  ...more,
});

export const clusterOf = (...nodes: readonly NodeView[]): ClusterView => ({
  type: 'cluster',
  cluster: 'wazuh',
  generation: { epoch: 7, generation: 3 },
  nodes: [...nodes],
});

export const threeNodes = clusterOf(
  nodeView('node01', 'master', '192.168.56.101'),
  nodeView('node02', 'worker', '192.168.56.103'),
  nodeView('node03', 'worker', '192.168.56.105', { lag: 1, sync: 'syncing' }),
  nodeView('node04', 'worker', '192.168.56.107', { liveness: 'down', sync: 'unknown' }),
);

const span = { startAgoMs: 5_000, endAgoMs: 4_000 };
export const healthcheck: Healthcheck = {
  type: 'healthcheck',
  rows: [
    { name: 'node01', role: 'master', version: '4.14.7', address: '192.168.56.101', activeAgents: 3 },
    {
      ...{ name: 'node02', role: 'worker', version: '4.14.7', address: '192.168.56.103', activeAgents: 4 },
      lastKeepAliveAgoMs: 1_500,
      work: {
        checked: span,
        synced: { ...span, missing: 2, shared: 1, extra: 0 },
        syncing: false,
        agentInfo: { ...span, chunks: 2, agents: 4 },
        sendingAgents: true,
      },
    },
    { name: 'node04', role: 'worker', version: '4.14.7', address: '192.168.56.107', activeAgents: 0 },
  ],
};

export const nodeInfo: NodeInfo = {
  ...{
    type: 'node-info',
    node: 'node01',
    role: 'master',
    version: '0.1.0',
    cluster: 'wazuh',
    managerVersion: '4.14.7',
  },
  ...{ runtime: 'Node.js v20.20.0', system: 'Linux', wallMs: 1, zoneMinutes: -330, zone: 'IST', uptimeMs: 61_500 },
  keyFingerprint: '0123456789abcdef',
  daemons: [
    { name: 'wazuh-analysisd', state: 'running' },
    { name: 'wazuh-maild', state: 'stopped' },
  ],
  ...{ freeBytes: 1, totalBytes: 2 },
};

const line = (tag: string, level: string, text: string) => ({ time: '2026/11/22 10:00:00', tag, level, text });
const lines = [
  line('wazuh-analysisd', 'info', 'Started.'),
  line('wazuh-remoted', 'warning', 'Slow agent.'),
  line('wazuh-analysisd', 'error', 'No rule.'),
];
const logs = ({ offset, limit, level, tag, search = '' }: Parameters<ApiAnswers['logs']>[0]): Logs => {
  const rows = lines.filter(
    (row) => (level ?? row.level) === row.level && (tag ?? row.tag) === row.tag && row.text.includes(search),
  );
  return { type: 'logs', rows: rows.slice(offset, offset + limit), total: rows.length };
};

const failure = (code: string): Error =>
  Object.assign(new Error(`${code} in ${secrets.root}/etc ${secrets.key}`), { code });
export const failing = (code: string) => (): never => {
  throw failure(code);
};

/** 10,000 agents, as a node pages them. */
const agents: ApiAnswers['agents'] = ({ after }) => {
  const rows = Array.from({ length: Math.min(300, 10_000 - after) }, (_, index) => ({
    id: after + index + 1,
    ...{
      name: `agent${after + index + 1}`,
      ip: 'any',
      status: 'active' as const,
      node: 'node02',
      version: 'v4.14.7',
      groups: 'default,dmz',
    },
  }));
  const last = rows.at(-1)?.id ?? 10_000;
  return { type: 'agents', rows, total: 10_000, ...(last < 10_000 ? { next: last } : {}) };
};

export const answers = (more: Partial<ApiAnswers> = {}): ApiAnswers => ({
  cluster: () => threeNodes,
  health: () => ({
    ...{ type: 'health', node: 'node01', role: 'master', version: '0.1.0', pid: 1, uptimeMs: 1, cluster: 'wazuh' },
    ...{ state: 'in-sync', holds: { epoch: 7, generation: 3 }, generation: { epoch: 7, generation: 3 } },
    ...{ files: 1, bytes: 1, problems: [], restarts: 0, deadLetters: 0, rssBytes: 1, loopDelayMs: 1 },
  }),
  healthcheck: () => healthcheck,
  nodeInfo: () => nodeInfo,
  logs,
  events: ({ after, last }) => ({
    type: 'events',
    rows: [],
    next: last === undefined ? (after ?? 0) : 41,
    more: false,
  }),
  relay: (node, message) => {
    if (node === 'node04') throw failure('not-linked');
    if (node !== 'node02') throw failure('no-such-node');
    return message.type === 'get-logs' ? logs(message) : { ...nodeInfo, node };
  },
  agents,
  drain: (_node, drained) => drained,
  syncNow: () => {},
  ...more,
});
