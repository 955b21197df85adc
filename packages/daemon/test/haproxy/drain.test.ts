import type { Member } from '@muster/haproxy-balancer';
import type { BalancerView } from '@muster/protocol';
import { type DrainFacts, refusalOf } from '../../src/haproxy/drain.ts';

const member = (name: string, standing: Member['standing'] = 'up'): Member => ({
  ...{ name, standing, address: '10.0.0.1', port: 1514, weight: 100, since: 0 },
});
const server = (name: string, admin: 'ready' | 'drain' = 'ready', health: 'up' | 'down' = 'up') =>
  ({ name, admin, health, address: 'a', weight: 100, sessions: 1, target: 1, cuts: 0 }) as const;
const view = (servers: BalancerView['servers'], reachable = true): BalancerView => ({
  ...{ endpoint: '/s', phase: 'balanced', doing: 'balanced', reachable, sessions: 1, servers },
  ...{ advice: [], plans: 0, cuts: 0, restartsSeen: 0 },
});
const facts = (changes: Partial<DrainFacts> = {}): DrainFacts => ({
  names: ['master', 'w1', 'w2'],
  members: [member('master'), member('w1'), member('w2')],
  already: [],
  excluded: [],
  views: [],
  ...changes,
});
const code = (node: string, drained: boolean, changes?: Partial<DrainFacts>) =>
  refusalOf({ node, drained }, facts(changes))?.code;

it('a node of the cluster may be drained, and given agents again', () => {
  expect(code('w1', true)).toBeUndefined();
  expect(code('w1', false, { already: ['w1'] })).toBeUndefined();
});

it('doing it twice is no fault', () => {
  expect(code('w1', true, { already: ['w1'], members: [member('w1', 'drained')] })).toBeUndefined();
  expect(code('w1', false)).toBeUndefined();
});

it('a node that nobody knows is refused, with the names of those there are', () => {
  expect(refusalOf({ node: 'w9', drained: true }, facts())).toEqual({
    code: 'no-such-node',
    text: 'There is no node "w9" in this cluster; there are: master, w1, w2.',
  });
  expect(code('w9', false)).toBe('no-such-node');
});

it('a drained node that is gone for good can be given up', () => {
  expect(code('w9', false, { already: ['w9'] })).toBeUndefined();
  expect(code('w9', true, { already: ['w9'] })).toBe('no-such-node');
});

it('an excluded node is refused', () => {
  expect(code('w1', true, { excluded: ['w1'] })).toBe('node-excluded');
  expect(code('w10', true, { excluded: ['w1'], names: ['w10'] })).toBeUndefined();
});

it.each(['suspect', 'down', 'left', 'drained', 'excluded'] as const)(
  'the last node that is up is refused when the others are %s',
  (standing) => {
    const members = [member('master'), member('w1', standing), member('w2', standing)];
    expect(code('master', true, { members })).toBe('last-node');
    expect(code('w1', true, { members })).toBeUndefined();
  },
);

it('the last one that an HAProxy sends agents to is refused, and that HAProxy named', () => {
  const only = view([server('w1'), server('w2', 'drain'), server('master', 'ready', 'down')]);
  expect(
    refusalOf({ node: 'w1', drained: true }, facts({ views: [view([server('w1'), server('w2')]), only] })),
  ).toEqual({
    code: 'last-node',
    text: '"w1" is the last node that takes agents, says /s: without it they would reach none. See muster balance.',
  });
  expect(code('w2', true, { views: [only] })).toBeUndefined();
});

it('an HAProxy that cannot be asked, and one without servers, say nothing', () => {
  expect(code('w1', true, { views: [view([server('w1')], false), view([])] })).toBeUndefined();
});
