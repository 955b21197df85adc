/** A node in memory, for the inspector to look at: what it is asked is noted, and it can be lost. */
import { type ActorRow, type ControlClient, ControlError, type Health, type NodeClient } from '@muster/control';
import type { ActorDetail, ClusterView, EventRow, LinkList, Trace } from '@muster/protocol';

export const row = (path: string, changes: Partial<ActorRow> = {}): ActorRow => ({
  path,
  kind: 'actor',
  state: 'running',
  mailbox: 0,
  highWater: 3,
  processed: 100,
  busyMs: 10,
  restarts: 0,
  ...changes,
});

export const actors: readonly ActorRow[] = [
  row('/', { kind: 'supervisor', processed: 0, busyMs: 0 }),
  row('/file-sync'),
  row('/integrity'),
  row('/keep-alive', { mailbox: 2 }),
  row('/links', { kind: 'supervisor', processed: 0, busyMs: 0 }),
  row('/links/node:worker1', { processed: 300, busyMs: 50 }),
  row('/links/node:worker2', { restarts: 1 }),
];

export const health: Health = {
  type: 'health',
  node: 'zeus',
  role: 'master',
  version: '0.1.0',
  pid: 99,
  uptimeMs: 180_000,
  cluster: 'wazuh',
  state: 'in-sync',
  files: 3,
  bytes: 300,
  problems: [],
  restarts: 0,
  deadLetters: 0,
  rssBytes: 1_000_000,
  loopDelayMs: 1,
};

export const detail: ActorDetail = {
  type: 'actor',
  row: row('/keep-alive', { lastError: 'Error: drill\u001b[2J' }),
  upMs: 60_000,
  capacity: 1_000,
  overflowed: 0,
  inFlight: 1,
  state: '{"nodes":["worker1"],"key":"[hidden]"}',
  children: [],
  messages: [{ agoMs: 2_000, type: 'beat', shown: '{"sequence":4}', handlingMs: 0.123 }],
  lastErrorAgoMs: 5_000,
  operations: [
    { form: 'ask', type: 'get-nodes', about: 'who lives', example: '{"type":"get-nodes"}' },
    { form: 'tell', type: 'look-now', about: 'looks at once', example: '{"type":"look-now"}' },
  ],
};

export const links: LinkList = {
  type: 'links',
  reconnects: 2,
  rows: [
    {
      peer: 'worker1',
      role: 'worker',
      version: '0.1.0',
      address: '10.0.0.2:41000',
      sinceMs: 120_000,
      skewMs: -3,
      roundTripMs: 0.4,
      sentBytes: 2_048,
      receivedBytes: 4_096,
      sentBulkBytes: 0,
      receivedBulkBytes: 0,
      queuedBytes: 0,
      streams: 1,
      asks: 0,
    },
  ],
};

export const event = (id: number, changes: Partial<EventRow> = {}): EventRow => ({
  id,
  atMs: 1_760_000_000_000 + id,
  kind: 'joined',
  subject: 'worker1',
  text: 'It linked.',
  ...changes,
});

export const traced = (message: string, changes: Partial<Trace['rows'][number]> = {}): Trace['rows'][number] => ({
  agoMs: 0,
  path: '/keep-alive',
  message,
  shown: '{}',
  waitMs: 0,
  handlingMs: 0.05,
  ...changes,
});

const cluster: ClusterView = {
  type: 'cluster',
  cluster: 'wazuh',
  nodes: (['zeus', 'worker1', 'worker2'] as const).map((name) => ({
    name,
    role: name === 'zeus' ? 'master' : 'worker',
    version: '0.1.0',
    address: '10.0.0.1',
    liveness: 'up',
    reason: '',
    sync: 'in-sync',
    behindMs: 0,
    files: 3,
    heardMs: 0,
    loopDelayMs: 0,
  })),
};

export interface Double {
  /** Everything that it was asked: `zeus tree`, `worker1 crash /keep-alive`. */
  readonly asked: string[];
  readonly open: () => Promise<ControlClient>;
  /** Its connections break, and no new one is opened. */
  readonly lose: () => void;
  /** It runs again, as a new process. */
  readonly begin: (pid: number) => void;
  /** Its connections break, and can be opened again. */
  readonly cut: () => void;
  readonly openConnections: () => number;
}

/** `answers`: in place of what is answered otherwise, for every node. */
export function double(answers: Partial<NodeClient> = {}, here: Partial<ControlClient> = {}): Double {
  const asked: string[] = [];
  const open = new Set<object>();
  let pid = 99;
  let up = true;
  const broken = () => new ControlError('broken', 'The Muster of R closed the connection.');

  const nodeClient = (connection: object, node: string): NodeClient => {
    const note = <T>(words: string, answer: () => T | Promise<T>): Promise<T> => {
      asked.push(`${node} ${words}`);
      if (!open.has(connection)) return Promise.reject(broken());
      return Promise.resolve().then(answer);
    };
    const usual: NodeClient = {
      health: () => Promise.resolve({ ...health, node, role: node === 'zeus' ? 'master' : 'worker', pid }),
      tree: () => Promise.resolve(actors),
      actor: () => Promise.resolve(detail),
      deadLetters: () => Promise.resolve({ type: 'dead-letters', count: 0, rows: [] }),
      links: () => Promise.resolve(links),
      metrics: () => Promise.reject(new Error('not asked for')),
      trace: () => Promise.resolve({ type: 'trace', session: 1, rows: [], dropped: 0, actors: 1 }),
      events: () => Promise.resolve({ type: 'events', rows: [event(1)], next: 1, more: false }),
      nodeInfo: () => Promise.reject(new Error('not asked for')),
      logs: () => Promise.reject(new Error('not asked for')),
      standing: () => Promise.reject(new Error('not asked for')),
      setLogLevel: () => Promise.resolve(),
      crash: () => Promise.resolve(),
      restart: () => Promise.resolve(),
      tell: () => Promise.resolve(),
      ask: () => Promise.resolve({ type: 'actor-answer', shown: '{"nodes":["worker1"]}', tookMs: 0.5 }),
      bench: (_path, count) =>
        Promise.resolve({ type: 'bench', count, tookMs: 20, p50Ms: 0.01, p99Ms: 0.2, maxMs: 1.5 }),
      ...answers,
    };
    return Object.fromEntries(
      Object.entries(usual).map(([name, answer]) => [
        name,
        (...words: readonly unknown[]) =>
          note([name, ...words.map((word) => (typeof word === 'object' ? JSON.stringify(word) : word))].join(' '), () =>
            (answer as (...given: readonly unknown[]) => unknown)(...words),
          ),
      ]),
    ) as unknown as NodeClient;
  };

  return {
    asked,
    openConnections: () => open.size,
    open: async () => {
      if (!up) throw new ControlError('not-running', 'No Muster runs for R (/r).');
      const connection = {};
      open.add(connection);
      const at: ControlClient['at'] = (node) => nodeClient(connection, node ?? 'zeus');
      return {
        at,
        health: () => at().health(),
        cluster: async () => cluster,
        explain: async (node: string) => `${node} is in sync.`,
        close: () => void open.delete(connection),
        ...here,
      } as unknown as ControlClient;
    },
    lose: () => {
      up = false;
      open.clear();
    },
    cut: () => open.clear(),
    begin: (newPid) => {
      up = true;
      pid = newPid;
    },
  };
}
