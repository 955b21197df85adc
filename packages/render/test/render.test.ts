import type { ActorView, ClusterView, Health, NodeView } from '@muster/protocol';
import {
  age,
  ansi,
  bytes,
  isHealthy,
  isInSync,
  paintFor,
  plain,
  printable,
  renderHealth,
  renderNodes,
  renderTable,
  renderTree,
} from '../src/index.ts';

const id = (generation: number) => ({ epoch: 1_760_000_000_000, generation });
const node = (changes: Partial<NodeView>): NodeView => ({
  name: 'worker1',
  role: 'worker',
  version: '0.1.0',
  address: '10.0.0.2:41000',
  liveness: 'up',
  reason: 'heard in time',
  sync: 'in-sync',
  holds: id(7),
  lag: 0,
  behindMs: 0,
  files: 295,
  heardMs: 400,
  loopDelayMs: 1,
  ...changes,
});
const master = node({ name: 'zeus', role: 'master', address: '10.0.0.1', heardMs: 0 });
const view = (...nodes: readonly NodeView[]): ClusterView => ({
  type: 'cluster',
  cluster: 'wazuh',
  generation: id(7),
  nodes: [...nodes],
});
const behind = node({
  name: 'w2',
  sync: 'syncing',
  holds: id(4),
  lag: 3,
  behindMs: 2_100,
  why: 'It fetches 12 files.',
});
const down = node({ name: 'w10', liveness: 'down', reason: 'Silent for 5 s.', heardMs: 125_000 });

const health: Health = {
  type: 'health',
  node: 'worker1',
  role: 'worker',
  version: '0.1.0',
  pid: 4711,
  uptimeMs: 7_300_000,
  cluster: 'wazuh',
  state: 'held',
  holds: id(6),
  files: 295,
  bytes: 5_400_000,
  work: { scans: 12, hashed: 295, replications: 3, written: 290, removed: 1, writtenBytes: 5_300_000 },
  generation: id(7),
  problems: [{ path: 'etc/rules/big.xml', effect: 'held', code: 'too-large', text: 'It is larger than 64 MiB.' }],
  link: 'up since 2 h to zeus',
  restarts: 1,
  deadLetters: 0,
  rssBytes: 94_371_840,
  loopDelayMs: 3,
  sentBytes: 2_048,
  receivedBytes: 5_400_000,
};

const actor = (path: string, changes: Partial<ActorView> = {}): ActorView => ({
  path,
  kind: 'actor',
  state: 'running',
  mailbox: 0,
  highWater: 3,
  processed: 1200,
  busyMs: 45,
  restarts: 0,
  ...changes,
});

describe('nodes', () => {
  it('are a table, master first, with a line for each that has something to say', () => {
    expect(renderNodes(view(behind, down, master), plain)).toEqual([
      'Cluster wazuh: 3 nodes, generation 7',
      '',
      'NODE  ROLE    STATE  SYNC     GENERATION  BEHIND   FILES  HEARD      ADDRESS         VERSION',
      'zeus  master  up     in-sync           7        -    295          -  10.0.0.1        0.1.0',
      'w10   worker  down   in-sync           7        -    295  2 min ago  10.0.0.2:41000  0.1.0',
      'w2    worker  up     syncing           4  3 (2 s)    295        now  10.0.0.2:41000  0.1.0',
      '',
      'w10: Silent for 5 s.',
      'w2: It fetches 12 files.',
    ]);
  });

  it('do not repeat what a node that is away said of itself', () => {
    const said = { reason: 'link lost', why: 'It fetches 12 files.' };
    const remark = (liveness: NodeView['liveness']) => renderNodes(view(node({ liveness, ...said })), plain).at(-1);
    expect(remark('left')).toBe('worker1: link lost');
    expect(remark('down')).toBe('worker1: link lost');
    expect(remark('suspect')).toBe('worker1: link lost; It fetches 12 files.');
  });

  it('say so where a worker shows what it sees by itself', () => {
    const words = 'As this worker sees it: the master cannot be asked.';
    expect(renderNodes({ ...view(master, node({})), alone: true }, plain)[1]).toBe(words);
    expect(renderNodes(view(master, node({})), plain)).not.toContain(words);
  });

  it('count those that left', () => {
    expect(renderNodes(view(master, node({ liveness: 'left' })), plain)[0]).toBe(
      'Cluster wazuh: 2 nodes (1 left), generation 7',
    );
  });

  it('of an empty cluster are a table without rows', () => {
    expect(renderNodes({ type: 'cluster', cluster: 'c', nodes: [] }, plain)[0]).toBe(
      'Cluster c: 0 nodes, no generation yet',
    );
  });

  const sync: readonly [name: string, view: ClusterView, expected: boolean][] = [
    ['all up and at the newest', view(master, node({})), true],
    ['one behind', view(master, behind), false],
    ['one down', view(master, down), false],
    [
      'one that said goodbye',
      view(master, node({}), node({ name: 'w2', liveness: 'left', sync: 'unknown', lag: 3 })),
      true,
    ],
    ['the master said goodbye', view({ ...master, liveness: 'left' }, node({})), false],
    ['one suspect', view(master, node({ liveness: 'suspect' })), false],
    ['one that says in sync and lags', view(master, node({ lag: 1 })), false],
    ['no master in view', view(node({})), false],
    ['nobody', view(), false],
  ];
  it.each(sync)('in sync: %s', (_name, shown, expected) => expect(isInSync(shown)).toBe(expected));

  it('never send control characters to the terminal', () => {
    const hostile = node({ liveness: 'down', reason: 'a\u001b[2Jb\nc\u202e' });
    expect(renderNodes(view(hostile), plain).at(-1)).toBe('worker1: a\\x1b[2Jb\\x0ac\\x202e');
  });
});

describe('health', () => {
  it('is one fact a line, then the problems', () => {
    expect(renderHealth(health, plain)).toEqual([
      'Node        worker1, worker of cluster wazuh',
      'Process     4711, Muster 0.1.0, up 2 h',
      'State       held',
      'Generation  6 held, 7 is the newest',
      'Files       295 files, 5.1 MiB',
      'Work        12 scans, 295 files read; 290 files written (5.1 MiB), 1 deleted',
      'Link        up since 2 h to zeus',
      'Actors      1 restart, 0 dead letters',
      'Traffic     2.0 KiB sent to other nodes, 5.1 MiB received',
      'Load        90 MiB of memory, event loop late by 3 ms',
      '',
      'PATH               EFFECT  WHAT IS WRONG',
      'etc/rules/big.xml  held    It is larger than 64 MiB.',
    ]);
  });

  const work = {
    ...({ manager: 'wazuh-db', known: 990, taken: 70_000, lost: 12, unknown: 1, groupsVersion: 41 } as const),
    ...{ storeBytes: 2_097_152, storeMaxBytes: 4_294_967_296 },
  };
  const judged = { active: 900, disconnected: 80, pending: 10, neverConnected: 10, unpublished: 4 };

  it('of a master says how its agents are', () => {
    expect(renderHealth({ ...health, agentWork: { ...work, ...judged } }, plain).slice(7, 12)).toEqual([
      'Agents      900 active, 80 disconnected, 10 pending, 10 never connected',
      "Statuses    70000 taken, 12 older than another node's, 1 of unknown agents; 4 wait to be told to the manager",
      'Groups      version 41',
      'Manager     asked by wazuh-db',
      'Store       2.0 MiB of at most 4.0 GiB',
    ]);
  });

  it('of a worker says how many agents wait to be sent', () => {
    const line = (unsent: number) =>
      renderHealth({ ...health, agentWork: { ...work, unsent } }, plain).find((text) => text.startsWith('Agents'));
    expect(line(3)).toBe('Agents      990 agents reported here, all but 3 told to the master');
    expect(line(0)).toBe('Agents      990 agents reported here, all told to the master');
  });

  it('shows what gives trouble, is not good then, and lets no control character pass', () => {
    const trouble = {
      ...health,
      state: 'in-sync' as const,
      problems: [],
      agentWork: { ...work, trouble: 'gone\u001b[2J' },
    };
    expect(renderHealth(trouble, plain)).toContain('Trouble     gone\\x1b[2J');
    expect(isHealthy(trouble)).toBe(false);
    expect(isHealthy({ ...trouble, agentWork: work })).toBe(true);
  });

  it('makes a store that is nearly full stand out', () => {
    const line = (storeBytes: number) =>
      renderHealth({ ...health, agentWork: { ...work, storeBytes, storeMaxBytes: 1_000 } }, ansi).at(11);
    expect(line(899)).toBe('Store       899 B of at most 1000 B');
    expect(line(900)).toContain('\u001b[31m');
  });

  it('says why the state is what it is', () => {
    const lines = renderHealth({ ...health, why: 'The disk is full;\nfree some.' }, plain);
    expect(lines.slice(2, 4)).toEqual(['State       held', 'Why         The disk is full;\\x0afree some.']);
  });

  it('says nothing of writing where nothing was written', () => {
    const work = { scans: 1, hashed: 0, replications: 0, written: 0, removed: 0, writtenBytes: 0 };
    expect(renderHealth({ ...health, work }, plain)).toContain('Work        1 scan, 0 files read');
  });

  it('is good in sync without problems, and only then', () => {
    expect(isHealthy(health)).toBe(false);
    expect(isHealthy({ ...health, state: 'in-sync' })).toBe(false);
    expect(isHealthy({ ...health, state: 'in-sync', problems: [] })).toBe(true);
  });
});

describe('tree', () => {
  it('is drawn with each actor below its supervisor, errors last', () => {
    const actors = [
      actor('/links', { kind: 'supervisor' }),
      actor('/'),
      actor('/integrity', { restarts: 2, lastError: 'disk on fire' }),
      actor('/links/node:w1', { mailbox: 4 }),
      actor('/links/node:w2'),
    ];
    expect(renderTree(actors, plain)).toEqual([
      'ACTOR            STATE    MAILBOX  HIGHEST  PROCESSED  BUSY   RESTARTS',
      '/                running        0        3       1200  45 ms         0',
      '├── integrity    running        0        3       1200  45 ms         2',
      '└── links        running        0        3       1200  45 ms         0',
      '    ├── node:w1  running        4        3       1200  45 ms         0',
      '    └── node:w2  running        0        3       1200  45 ms         0',
      '',
      'Last errors',
      '/integrity: disk on fire',
    ]);
  });

  it('draws nothing but a head for no actors', () => expect(renderTree([], plain)).toHaveLength(1));
});

describe('units', () => {
  const ages: readonly [ms: number, text: string][] = [
    [-5, '0 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h'],
    [172_799_999, '47 h'],
    [172_800_000, '2 d'],
  ];
  it.each(ages)('%d ms is %s', (ms, text) => expect(age(ms)).toBe(text));

  const sizes: readonly [count: number, text: string][] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [10_240, '10 KiB'],
    [67_108_864, '64 MiB'],
  ];
  it.each(sizes)('%d bytes are %s', (count, text) => expect(bytes(count)).toBe(text));

  it('leave words alone', () => expect(printable('Größe ✓')).toBe('Größe ✓'));
});

describe('colour', () => {
  it('is for terminals, and not where NO_COLOR is set', () => {
    expect(paintFor(true, {})).toBe(ansi);
    expect(paintFor(true, { NO_COLOR: '' })).toBe(ansi);
    expect(paintFor(true, { NO_COLOR: '1' })).toBe(plain);
    expect(paintFor(true, { TERM: 'dumb' })).toBe(plain);
    expect(paintFor(false, {})).toBe(plain);
  });

  it('does not shift columns', () => {
    const rows = [[{ text: 'up', tone: 'good' as const }, { text: 'x' }]];
    expect(renderTable(['STATE', 'B'], rows, ansi)[1]).toBe('\u001b[32mup\u001b[0m     x');
  });
});
