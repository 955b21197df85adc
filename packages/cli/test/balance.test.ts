import type { Balance, BalancerView } from '@muster/protocol';
import { isBalanced, isHealthy, plain, renderBalance, renderHealth } from '@muster/render';

const server = (name: string, sessions: number, cuts: number) =>
  ({
    name,
    address: '10.0.0.1:1514',
    admin: 'ready',
    health: 'up',
    standing: 'up',
    weight: 100,
    sessions,
    target: sessions - cuts,
    cuts,
  }) as const;
const view = (changes: Partial<BalancerView> = {}): BalancerView => ({
  ...{ endpoint: '/run/haproxy/admin.sock', reachable: true, version: '2.6.12', pid: 4711, phase: 'balanced' },
  ...{ doing: 'balanced', sessions: 300, advice: [], plans: 0, cuts: 0, restartsSeen: 0 },
  servers: [server('master', 100, 0), server('worker1', 200, 0)],
  ...changes,
});
const balance = (...instances: readonly BalancerView[]): Balance => ({ type: 'balance', instances: [...instances] });
const render = (of: Balance, plan = false): string => renderBalance(of, plan, plain).join('\n');

it('a backend is a table, with what was done below', () => {
  expect(render(balance(view()))).toBe(
    [
      '/run/haproxy/admin.sock (HAProxy 2.6.12, process 4711): balanced',
      '',
      'SERVER   ADDRESS        CLUSTER  STATE  HEALTH  WEIGHT  AGENTS',
      'master   10.0.0.1:1514  up       ready  up         100     100',
      'worker1  10.0.0.1:1514  up       ready  up         100     200',
      '',
      '300 agents; none was moved',
    ].join('\n'),
  );
});

it('--plan adds what a plan made now would move', () => {
  const planned = view({ servers: [server('master', 100, 0), server('worker1', 200, 50)], phase: 'unbalanced' });
  const text = render(balance(planned), true);
  expect(text).toContain('AGENTS  TARGET  TO MOVE');
  expect(text).toContain('worker1  10.0.0.1:1514  up       ready  up         100     200     150       50');
  expect(text).toContain('A plan made now would move 50 of 300 agents: 50 from worker1.');
  expect(render(balance(view()), true)).toContain('A plan made now would move none of 300 agents.');
  expect(render(balance(view({ reachable: false })), true)).toContain('No plan can be made');
});

it('a node without a server, and a server without a node, show dashes', () => {
  const { admin: _admin, health: _health, ...missing } = server('worker2', 0, 0);
  const { standing: _standing, ...stranger } = server('old', 3, 0);
  const lines = render(balance(view({ servers: [missing, stranger] }))).split('\n');
  expect(lines[3]).toMatch(/^worker2 +10.0.0.1:1514 +up +- +- +100 +0$/);
  expect(lines[4]).toMatch(/^old +10.0.0.1:1514 +- +ready +up +100 +3$/);
});

it('a node that left and is drained is both', () => {
  const { admin: _admin, health: _health, ...gone } = server('worker2', 0, 0);
  const servers = [{ ...gone, standing: 'left' as const, drained: true }];
  expect(render(balance(view({ servers }))).split('\n')[3]).toMatch(/^worker2 +10.0.0.1:1514 +left, drained +- /);
  const drained = [{ ...server('worker2', 0, 0), standing: 'drained' as const, drained: true }];
  expect(render(balance(view({ servers: drained })))).not.toContain(', drained');
});

it('what was seen last of a HAProxy that cannot be reached is not shown as if it were now', () => {
  const away = view({ reachable: false, phase: 'unreachable', doing: 'waiting to try again', seenMs: 40_000 });
  expect(render(balance(away)).split('\n')[1]).toBe('All below is as it was seen last, 40 s ago.');
});

it('while agents come back no plan is shown as if it were the next', () => {
  const settling = view({ phase: 'settling', doing: 'settling, 12 of 75 are back' });
  expect(render(balance(settling), true)).toContain(
    'No plan is made before the agents that were moved are back: settling, 12 of 75 are back.',
  );
});

it('trouble, advice and what was done so far are told', () => {
  const text = render(
    balance(
      view({
        trouble: 'worker2 does not come up',
        advice: [{ code: 'algorithm', text: 'use balance leastconn' }],
        ...{ plans: 3, cuts: 225, restartsSeen: 1, lastPlanMs: 220.4 },
      }),
    ),
  );
  expect(text).toContain('Trouble: worker2 does not come up');
  expect(text).toContain(
    '300 agents; 3 plans moved 225 agents, the last in 220 ms; HAProxy was restarted or reloaded 1 time',
  );
  expect(text).toContain('Mend (algorithm): use balance leastconn');
});

it('several instances stand below each other; without any it is said how to name one', () => {
  expect(
    render(balance(view(), view({ endpoint: 'tcp://lb:1' })))
      .split('\n')
      .filter((line) => line.includes('HAProxy 2.6')),
  ).toHaveLength(2);
  expect(render(balance())).toContain('name one in haproxy.instances of muster.yaml');
});

it('no word of HAProxy or a peer reaches the terminal as a command to it', () => {
  const hostile = '\u001b]0;x\u0007';
  const text = render(
    balance(
      view({
        trouble: hostile,
        doing: hostile,
        version: hostile,
        servers: [{ ...server('a', 1, 1), name: hostile, address: hostile }],
        advice: [{ code: 'x', text: hostile }],
      }),
    ),
    true,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

it('all is balanced only when every instance is, without trouble', () => {
  expect(isBalanced(balance())).toBe(true);
  expect(isBalanced(balance(view()))).toBe(true);
  expect(isBalanced(balance(view(), view({ phase: 'settling' })))).toBe(false);
  expect(isBalanced(balance(view({ trouble: 'x' })))).toBe(false);
});

it('health has a line for each HAProxy, and is not fine while one has trouble', () => {
  const health = {
    ...{
      type: 'health',
      node: 'm',
      role: 'master',
      version: '0.1.0',
      pid: 1,
      uptimeMs: 1,
      cluster: 'c',
      state: 'in-sync',
    },
    ...{ files: 0, bytes: 0, problems: [], restarts: 0, deadLetters: 0, rssBytes: 0, loopDelayMs: 0 },
  } as const;
  const fine = {
    ...health,
    problems: [],
    balancers: [{ endpoint: '/s', phase: 'balanced', doing: 'balanced' }],
  } as const;
  const gone = {
    ...fine,
    balancers: [{ endpoint: '/s', phase: 'unreachable', doing: 'waiting to try again', trouble: 'nobody listens' }],
  } as const;
  const lines = (of: object): readonly string[] => renderHealth(of as never, plain);
  expect(lines(fine)).toContain('HAProxy     /s: balanced');
  expect(lines(gone)).toContain('HAProxy     /s: waiting to try again; nobody listens');
  expect([fine, gone].map((each) => isHealthy(each as never))).toEqual([true, false]);
});
