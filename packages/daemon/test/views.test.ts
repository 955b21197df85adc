import type { IntegrityView } from '@muster/integrity';
import { type ActorView, encodeEnvelope, type NodeView, type ProblemView, type WireMessage } from '@muster/protocol';
import { explainMaster, explainPeer } from '../src/views/explain.ts';
import { fitRows } from '../src/views/fit.ts';
import { problemRow, shortActor, shortNode, shortProblem, withLinks } from '../src/views/rows.ts';

const node = (more: Partial<NodeView> = {}): NodeView => ({
  name: 'worker1',
  role: 'worker',
  version: '0.1.0',
  address: '10.0.0.7:4123',
  liveness: 'up',
  reason: 'its beats arrive',
  sync: 'in-sync',
  holds: { epoch: 1_795_000_000_000, generation: 7 },
  lag: 0,
  behindMs: 0,
  files: 295,
  heardMs: 12.25,
  loopDelayMs: 0.5,
  skewMs: -3,
  ...more,
});
const actor: ActorView = {
  path: '/links/node:worker1',
  kind: 'actor',
  state: 'running',
  mailbox: 0,
  highWater: 3,
  processed: 1_000,
  busyMs: 12.5,
  restarts: 0,
};
const problem: ProblemView = { path: 'etc/rules/a.xml', effect: 'held', code: 'too-large', text: 'too large' };
const many = <T>(count: number, row: T): T[] => Array.from({ length: count }, () => row);
const frameOf = (message: WireMessage): Uint8Array => encodeEnvelope({ kind: 'reply', id: 1, message });
const cluster = (nodes: readonly NodeView[]): WireMessage => ({ type: 'cluster', cluster: 'c', nodes: [...nodes] });
const health = (problems: readonly ProblemView[]): WireMessage => ({
  type: 'health',
  node: 'master',
  role: 'master',
  version: '0.1.0',
  pid: 1,
  uptimeMs: 1,
  cluster: 'c',
  state: 'failing',
  files: 1,
  bytes: 1,
  problems: [...problems],
  link: '€'.repeat(2_000),
  restarts: 0,
  deadLetters: 0,
  rssBytes: 1,
  loopDelayMs: 0,
});

describe('a view fits one frame', () => {
  it.each([
    ['of few nodes, whole', 3, ''],
    ['of 100 nodes that each say a long why', 100, 'x'.repeat(2_000)],
    ['of 1,000 nodes', 1_000, 'well'],
    ['of 1,000 nodes that each say the longest why there is', 1_000, '€'.repeat(2_000)],
  ])('%s', (_title, count, why) => {
    const rows = fitRows(many(count, node({ why, reason: why })), shortNode);
    expect(() => frameOf(cluster(rows))).not.toThrow();
    expect(rows.length).toBeGreaterThanOrEqual(Math.min(count, 100));
  });

  it('of 1,000 files with the longest of paths and texts', () => {
    const rows = fitRows(many(1_000, { ...problem, path: '€'.repeat(16_000), text: '€'.repeat(2_000) }), shortProblem);
    expect(() => frameOf(health(rows))).not.toThrow();
    expect(rows.length).toBeGreaterThan(100);
  });

  it('of 1,000 actors that all crashed', () => {
    const rows = fitRows(many(1_000, { ...actor, lastError: 'x'.repeat(2_000) }), shortActor);
    expect(() => frameOf({ type: 'tree', actors: [...rows] })).not.toThrow();
    expect(rows.length).toBeGreaterThan(500);
  });

  it('with rows that fit as they are', () => {
    const rows = [node({ why: 'x'.repeat(2_000) }), node()];
    expect(fitRows(rows, shortNode)).toEqual(rows);
  });

  it('with a thousand rows at most', () => {
    expect(fitRows(many(1_500, {}), (row) => row)).toHaveLength(1_000);
  });
});

it('a node that was killed has no link before keep-alive says down, and the node itself needs none', () => {
  const rows = [node({ name: 'master', role: 'master' }), node(), node({ name: 'worker2' })];
  const peers = { of: (name: string) => (name === 'worker2' ? {} : undefined) };
  expect(withLinks(rows, 'master', peers).map(({ liveness, linked }) => [liveness, linked])).toEqual([
    ['up', true],
    ['up', false],
    ['up', true],
  ]);
});

it('a problem of R itself has a path, and no text is longer than the wire takes', () => {
  const row = problemRow({ path: '', effect: 'blocking', code: 'EACCES', text: 'x'.repeat(5_000) });
  expect(row.path).toBe('.');
  expect(() => frameOf(health([row]))).not.toThrow();
});

it.each<readonly [string, Partial<NodeView>, string]>([
  ['in sync', {}, "worker1 is in sync: its disk holds generation 7, the master's newest."],
  [
    'behind, in its own words',
    { sync: 'syncing', lag: 1, behindMs: 1_540, why: 'It applies generation 8.' },
    'worker1 is not in sync: it holds generation 7, for 1.5 s now. It applies generation 8.',
  ],
  [
    'in sync with an older generation than the newest',
    { lag: 2, behindMs: 10 },
    'worker1 is not in sync: it holds generation 7, for 0 s now. It has not said why.',
  ],
  ['never heard', { liveness: 'unknown' }, 'worker1 is linked and has not spoken yet.'],
  [
    'down',
    { liveness: 'down', reason: 'no beat for 4.0 s', heardMs: 4_000 },
    'worker1 is down: no beat for 4.0 s. It was last heard 4 s ago. What it holds now is not known.',
  ],
  [
    'left on purpose',
    { liveness: 'left', reason: 'it said goodbye: it stops', heardMs: 4_000 },
    'worker1 has left: it said goodbye: it stops. It was last heard 4 s ago. What it holds now is not known. It was stopped on purpose and does not count as missing.',
  ],
  [
    'known of an earlier start only',
    { liveness: 'down', reason: 'not linked since this master started', heardMs: 0 },
    'worker1 is down: not linked since this master started. What it holds now is not known.',
  ],
  [
    'in sync with an earlier start of the master',
    { sync: 'syncing', holds: { epoch: 0, generation: 7 } },
    'worker1 is not in sync: it holds generation 7 of an earlier start of the master. It has not said why.',
  ],
  [
    'suspect',
    { liveness: 'suspect', reason: 'no beat for 2.5 s' },
    "worker1 is in sync: its disk holds generation 7, the master's newest. It is suspect: no beat for 2.5 s.",
  ],
])('why, of a peer that is %s', (_title, more, words) => {
  expect(explainPeer(node(more), { epoch: node().holds!.epoch, generation: 7 })).toBe(words);
});

const master: IntegrityView = {
  phase: 'watching',
  id: { epoch: 1, generation: 4 },
  files: 10,
  bytes: 100,
  problems: [],
  lastScanMs: 1,
  scanning: false,
  watching: 'inotify',
  why: undefined,
};
it.each<readonly [string, Partial<IntegrityView>, string]>([
  ['well', {}, 'm is the master and has published generation 4 (10 files); it watches its files.'],
  [
    'asked by a guard',
    { why: 'A worker asked.' },
    'm is the master and has published generation 4 (10 files); it watches its files. A worker asked.',
  ],
  [
    'out of watches',
    { watching: 'polling' },
    'm is the master and has published generation 4 (10 files); it watches its files. The system has no more watches: changes are found by polling. Raise fs.inotify.max_user_watches.',
  ],
  [
    'blocked',
    { phase: 'held', problems: [{ path: 'etc/rules', effect: 'blocking', code: 'EACCES', text: 'may not be read.' }] },
    'm is the master and has published generation 4 (10 files). Nothing newer is published, and so nothing is deleted anywhere, until this is mended: etc/rules: may not be read.',
  ],
  [
    'unable to read',
    {
      phase: 'held',
      problems: [{ path: 'etc/rules', effect: 'blocking', code: 'unreadable-directory', text: 'may not be read.' }],
    },
    'm is the master and has published generation 4 (10 files). Nothing newer is published, and so nothing is deleted anywhere, until this is mended: etc/rules: may not be read. This daemon runs as uid 998.',
  ],
  [
    'starting',
    { phase: 'starting', id: undefined, why: 'Its files are being read.' },
    'm is the master and has published no generation yet. Its files are being read.',
  ],
])('why, of a master that is %s', (_title, more, words) => {
  expect(explainMaster('m', { ...master, ...more }, 998)).toBe(words);
});

it('of many files left out the first five are named and the rest counted', () => {
  const problems = Array.from({ length: 7 }, (_, index) => ({ ...problem, path: `f${index}` }));
  expect(explainMaster('m', { ...master, problems }, 998)).toContain('f4: too large; and 2 more.');
});
