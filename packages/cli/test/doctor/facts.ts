/** A node where all is well; each test changes what it is about. */
import type { NodeConfig } from '@muster/config';
import type { ClusterView, Health, LinkList, NodeInfo, NodeView } from '@muster/protocol';
import { type Facts, type FileFact, known, type LocalFacts, type Running } from '../../src/doctor/facts.ts';

export const nowMs = Date.UTC(2026, 2, 1);
export const gib = 1024 ** 3;

export const row = (name: string, changes: Partial<NodeView> = {}): NodeView => ({
  ...{ name, role: 'worker', version: '0.1.0', address: '10.0.0.2', liveness: 'up', reason: 'heard in time' },
  ...{ sync: 'in-sync', behindMs: 0, files: 3, heardMs: 0, loopDelayMs: 0, skewMs: 3 },
  ...changes,
});
const master = row('zeus', { role: 'master' });

export const info = (changes: Partial<NodeInfo> = {}) =>
  known({
    tookMs: 4,
    info: {
      ...{ keyFingerprint: '0123456789abcdef', managerVersion: '4.14.7', freeBytes: 50 * gib, totalBytes: 100 * gib },
      ...changes,
    } as NodeInfo,
  });

export const running = (changes: Partial<Running> = {}): Running => ({
  health: {
    node: 'zeus',
    role: 'master',
    pid: 7,
    version: '0.1.0',
    uptimeMs: 60_000,
    problems: [],
  } as unknown as Health,
  cluster: known(cluster(master, row('w1'))),
  infos: new Map([
    ['zeus', info()],
    ['w1', info()],
  ]),
  links: known({ type: 'links', rows: [], reconnects: 0 } as LinkList),
  ...changes,
});
export const cluster = (...nodes: readonly NodeView[]): ClusterView => ({
  type: 'cluster',
  cluster: 'c',
  nodes: [...nodes],
});
export const twoNodes = (worker: Partial<NodeView>): Running =>
  running({ cluster: known(cluster(master, row('w1', worker))) });

export const file = (changes: Partial<FileFact> = {}) =>
  known<FileFact>({ kind: 'file', mode: 0o640, uid: 0, gid: 999, ...changes });
export const directory = (changes: Partial<FileFact> = {}) =>
  file({ kind: 'directory', mode: 0o770, uid: 999, ...changes });

export const local = (changes: Partial<LocalFacts> = {}): LocalFacts => ({
  files: new Map([
    ['etc/ossec.conf', file()],
    ['etc/client.keys', file()],
    ['etc/rules', directory()],
  ]),
  disk: known({ freeBytes: 50 * gib, totalBytes: 100 * gib }),
  directories: known(20),
  maxWatches: known(100_000),
  process: known({ uid: 999, gids: [999], maxFiles: 65_536, openFiles: 40 }),
  timeKeeper: known('chronyd'),
  inContainer: false,
  clusterd: known([]),
  portTaken: known(false),
  runs: known(false),
  internalSocket: known('node'),
  ...changes,
});

export const key = 'Zk3v_9QpLw7xTn2RbY8dHs5mCf4gJ1aE';

export const config = (changes: object = {}): NodeConfig =>
  ({
    cluster: { name: 'c', nodeName: 'zeus', nodeType: 'master', key, port: 1516, disabled: false, ...changes },
    muster: { files: { uid: 999, gid: 999 }, haproxy: { tls: {}, api: {} }, httpApi: {} },
    table: [{ directory: 'etc/rules' }],
    warnings: [],
  }) as unknown as NodeConfig;

export const facts = (changes: Partial<Facts> = {}): Facts => ({
  root: '/r',
  nowMs,
  config: { ok: true, config: config(), fingerprint: '0123456789abcdef' },
  node: known(running()),
  local: local(),
  ...changes,
});
