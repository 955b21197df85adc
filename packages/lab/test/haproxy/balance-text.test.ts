import type { BalancerView } from '@muster/protocol';
import { balanceText, unbalanced } from '../../src/haproxy/balance-text.ts';
import { musterYaml } from '../../src/haproxy/config-text.ts';
import { haproxySteps } from '../../src/haproxy/verify-haproxy.ts';
import { labNodes } from '../../src/layout.ts';

const view = (sessions: readonly number[], more: Partial<BalancerView> = {}): BalancerView => ({
  endpoint: '/run/x.sock',
  reachable: true,
  doing: 'balanced',
  phase: 'balanced',
  sessions: sessions.reduce((sum, count) => sum + count, 0),
  servers: sessions.map((count, index) => ({
    name: `w${index}`,
    address: '127.0.0.1:1',
    admin: 'ready',
    health: 'up',
    standing: 'up',
    weight: 100,
    sessions: count,
    target: count,
    cuts: 0,
  })),
  advice: [],
  plans: 0,
  cuts: 0,
  restartsSeen: 0,
  pid: 7,
  ...more,
});

describe('what the lab shows of HAProxy', () => {
  it('is the sessions of each server, what is going on, and what was moved', () => {
    expect(balanceText(view([10, 9], { plans: 1, cuts: 5 }), 7)).toBe(
      'HAProxy process 7: w0 10, w1 9; balanced, 5 moved in 1 plan',
    );
  });

  it('marks who takes no agents, and says what is wrong', () => {
    const drained = view([10]);
    const servers = [{ ...drained.servers[0]!, admin: 'drain' as const, health: 'down' as const }];
    expect(balanceText({ ...drained, servers, trouble: 'it hangs' }, undefined)).toBe(
      'HAProxy does not run: w0 10 (drain, down); it hangs',
    );
    expect(balanceText(undefined, 7)).toBe('HAProxy process 7');
  });
});

describe('a share for each node', () => {
  const nodes = ['w0', 'w1'];
  it.each([
    [view([10, 11]), ''],
    [undefined, 'the master does not say how HAProxy is'],
    [view([10, 11], { reachable: false, trouble: 'gone' }), 'gone'],
    [view([10]), 'HAProxy sends no agents to w1'],
    [view([10, 8]), 'HAProxy has 18 of 21 agents'],
    [view([12, 9]), 'HAProxy has HAProxy process 7: w0 12, w1 9; balanced'],
    [view([10, 11], { phase: 'settling', doing: 'settling' }), 'the balancer is at: settling'],
  ])('is missing for a reason', (seen, reason) => {
    expect(unbalanced(seen, nodes, 21)).toBe(reason);
  });

  it('must be there again after a node was away, in the same process', async () => {
    let pid = 7;
    const names = labNodes('/lab', 1);
    const seen = view([3, 3]);
    const servers = seen.servers.map((server, index) => ({ ...server, name: names[index]!.name }));
    const bench = { agents: 6, balance: async () => ({ ...seen, servers }), pid: () => pid };
    const { shared, back } = haproxySteps(bench, names);
    await shared.act();
    expect([await shared.also!(), await back.also!()]).toEqual(['', '']);
    pid = 8;
    expect(await back.also!()).toBe('HAProxy is another process than before');
  });
});

it('the master is told where HAProxy and the remoted of each node are', () => {
  const places = { socket: '/t/a.sock', agentsFile: '/t/agents.cfg', binary: '/usr/sbin/haproxy' };
  expect(musterYaml(places, new Map([['worker1', 4_000]]))).toBe(
    'haproxy:\n  instances: [/t/a.sock]\n  persist: /t/agents.cfg\n  binary: /usr/sbin/haproxy\n  nodes:\n    worker1: { address: 127.0.0.1, port: 4000 }\n',
  );
});
