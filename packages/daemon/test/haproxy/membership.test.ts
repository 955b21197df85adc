import { manualClock } from '@muster/actor/testing';
import type { Member } from '@muster/haproxy-balancer';
import type { NodeView } from '@muster/protocol';
import { type Membership, openMembership } from '../../src/haproxy/membership.ts';

const row = (name: string, liveness: NodeView['liveness']) => ({ name, liveness, address: '10.0.0.2:1' }) as NodeView;

interface Rig {
  readonly membership: Membership;
  readonly told: string[];
  readonly drained: Set<string>;
  readonly clock: ReturnType<typeof manualClock>;
  /** Each question to keep-alive, to be answered or failed. */
  readonly asked: { readonly answer: (rows: readonly NodeView[]) => void; readonly fail: () => void }[];
}

function rig(): Rig {
  const clock = manualClock();
  const told: string[] = [];
  const asked: Rig['asked'] = [];
  const drained = new Set<string>();
  const membership = openMembership({
    clock,
    own: { name: 'master', address: '10.0.0.1' },
    config: { agentPort: 1514, excludedNodes: [], nodes: {} },
    drained: { all: () => [...drained] },
    rows: () => new Promise((answer, reject) => asked.push({ answer, fail: () => reject(new Error('restarting')) })),
    tell: (members: readonly Member[]) =>
      void told.push(members.map(({ name, standing }) => `${name} ${standing}`).join(', ')),
  });
  return { membership, told, asked, drained, clock };
}
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

it('nothing is told before keep-alive has answered, then whoever there is', async () => {
  const { membership, told, asked, drained } = rig();
  drained.add('w1');
  membership.drainsChanged();
  membership.tellAgain();
  expect(told).toEqual([]);
  membership.peersChanged();
  asked[0]!.answer([row('w1', 'up'), row('w2', 'up')]);
  await settle();
  expect(told).toEqual(['master up, w1 drained, w2 up']);
});

it('what a drain made of them before the first answer is told with it', async () => {
  const { membership, told, asked, drained } = rig();
  drained.add('master');
  membership.drainsChanged();
  membership.peersChanged();
  asked[0]!.answer([]);
  await settle();
  expect(told).toEqual(['master drained']);
});

it('the same is not told twice, but to whoever was restarted', async () => {
  const { membership, told, asked } = rig();
  for (const at of [0, 1]) {
    membership.peersChanged();
    asked[at]!.answer([row('w1', 'up')]);
    await settle();
  }
  expect(told).toEqual(['master up, w1 up']);
  membership.tellAgain();
  expect(told).toEqual(['master up, w1 up', 'master up, w1 up']);
});

it('one question is asked at a time; what changed meanwhile is asked for once more', async () => {
  const { membership, told, asked } = rig();
  for (let times = 0; times < 5; times++) membership.peersChanged();
  expect(asked).toHaveLength(1);
  asked[0]!.answer([]);
  await settle();
  expect(asked).toHaveLength(2);
  asked[1]!.answer([row('w1', 'suspect')]);
  await settle();
  expect(asked).toHaveLength(2);
  expect(told).toEqual(['master up', 'master up, w1 suspect']);
});

it('a question without an answer is asked again a second later', async () => {
  const { membership, asked, told, clock } = rig();
  membership.peersChanged();
  asked[0]!.fail();
  await settle();
  await clock.advance(999);
  expect(asked).toHaveLength(1);
  await clock.advance(1);
  expect(asked).toHaveLength(2);
  asked[1]!.answer([]);
  await settle();
  expect(told).toEqual(['master up']);
});

it('after the close nobody is told or asked, whatever answers or is due', async () => {
  const { membership, asked, told, clock } = rig();
  membership.peersChanged();
  asked[0]!.fail();
  await settle();
  membership.close();
  await clock.advance(5_000);
  membership.peersChanged();
  membership.tellAgain();
  expect([asked.length, told, clock.timers()]).toEqual([1, [], 0]);
});
