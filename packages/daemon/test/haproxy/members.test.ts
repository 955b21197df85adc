import type { Member } from '@muster/haproxy-balancer';
import { type MemberSources, membersOf, sameMembers } from '../../src/haproxy/members.ts';

const row = (name: string, liveness: MemberSources['rows'][number]['liveness'], address = `10.0.0.9:41000`) => ({
  name,
  liveness,
  address,
});
const sources = (changes: Partial<MemberSources> = {}): MemberSources => ({
  rows: [],
  own: { name: 'master', address: '10.0.0.1' },
  drained: [],
  config: { agentPort: 1514, excludedNodes: [], nodes: {} },
  now: 1_000,
  ...changes,
});
const standings = (members: readonly Member[]) =>
  Object.fromEntries(members.map(({ name, standing }) => [name, standing]));

it('the master itself is up, at the address that its configuration gives', () => {
  expect(membersOf(sources(), [])).toEqual([
    { name: 'master', address: '10.0.0.1', port: 1514, weight: 100, standing: 'up', since: 1_000 },
  ]);
});

it.each(['up', 'suspect', 'down', 'left'] as const)('a peer that is %s stands so', (liveness) => {
  expect(standings(membersOf(sources({ rows: [row('w1', liveness)] }), []))).toEqual({ master: 'up', w1: liveness });
});

it('a peer that has not beaten yet is not among them', () => {
  expect(standings(membersOf(sources({ rows: [row('w1', 'unknown')] }), []))).toEqual({ master: 'up' });
});

it.each([
  ['10.0.0.2:41234', '10.0.0.2'],
  ['[fd00::2]:41234', 'fd00::2'],
  ['[fd00::2]', 'fd00::2'],
  ['fd00::2', 'fd00::2'],
  ['worker1', 'worker1'],
  ['[::ffff:10.0.0.7]:41000', '10.0.0.7'],
])('a link from %s means the address %s', (address, expected) => {
  const [, w1] = membersOf(sources({ rows: [row('w1', 'up', address)] }), []);
  expect(w1?.address).toBe(expected);
});

it('what muster.yaml says of a node holds for it alone', () => {
  const config = {
    agentPort: 2514,
    excludedNodes: [],
    nodes: { w1: { address: 'w1.lan', port: 9 }, master: { weight: 50 } },
  };
  expect(membersOf(sources({ config, rows: [row('w1', 'up'), row('w2', 'up')] }), [])).toMatchObject([
    { name: 'master', address: '10.0.0.1', port: 2514, weight: 50 },
    { name: 'w1', address: 'w1.lan', port: 9, weight: 100 },
    { name: 'w2', address: '10.0.0.9', port: 2514, weight: 100 },
  ]);
});

it('excluded nodes have no server, linked or not, whatever else they are', () => {
  const config = { agentPort: 1514, excludedNodes: ['w1', 'w2', 'master'], nodes: {} };
  expect(standings(membersOf(sources({ config, rows: [row('w1', 'up')], drained: ['w1'] }), []))).toEqual({
    master: 'excluded',
    w1: 'excluded',
    w2: 'excluded',
  });
});

it('a drained node is drained while it could have agents, and known while it is away', () => {
  const rows = [row('w1', 'up'), row('w2', 'suspect'), row('w3', 'down'), row('w4', 'left'), row('w5', 'unknown')];
  const drained = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6'];
  expect(standings(membersOf(sources({ rows, drained }), []))).toEqual({
    ...{ master: 'up', w1: 'drained', w2: 'drained', w3: 'down', w4: 'left', w5: 'drained', w6: 'drained' },
  });
});

it('since when a node stands so is kept until it stands otherwise', () => {
  const first = membersOf(sources({ rows: [row('w1', 'up')], now: 1_000 }), []);
  const same = membersOf(sources({ rows: [row('w1', 'up')], now: 5_000 }), first);
  const other = membersOf(sources({ rows: [row('w1', 'down')], now: 9_000 }), same);
  expect(sameMembers(first, same)).toBe(true);
  expect(sameMembers(same, other)).toBe(false);
  expect([same[1]?.since, other[1]?.since]).toEqual([1_000, 9_000]);
});

it('the address of a node that is drained and away is the last one known', () => {
  const first = membersOf(sources({ rows: [row('w1', 'up')], drained: ['w1'] }), []);
  expect(membersOf(sources({ drained: ['w1'] }), first)[1]).toMatchObject({ name: 'w1', address: '10.0.0.9' });
});
