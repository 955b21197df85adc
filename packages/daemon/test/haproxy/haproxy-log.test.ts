import type { BalancerEvent } from '@muster/haproxy-balancer';
import type { Log } from '@muster/log';
import { logBalancer } from '../../src/haproxy/haproxy-log.ts';
import { lineLimit } from '../../src/line-limit.ts';

function linesOf(events: readonly BalancerEvent[], at = ''): readonly string[] {
  const lines: string[] = [];
  const levels = ['debug2', 'debug', 'info', 'warning', 'error', 'critical'];
  const logger = (tag: string, subtag: string) =>
    Object.fromEntries(
      levels.map((level) => [level, (text: string) => void lines.push(`${level} [${tag}] [${subtag}] ${text}`)]),
    );
  const log = { for: logger } as unknown as Log;
  const limit = lineLimit(() => 0);
  for (const event of events)
    logBalancer({ log, limit, at, standingOf: (server) => standings[server], removeAfterMs: 14_400_000 }, event);
  return lines;
}

const standings: Readonly<Record<string, 'excluded' | 'down' | 'left'>> = { w1: 'excluded', w2: 'down', w3: 'left' };

it.each<readonly [BalancerEvent, readonly string[]]>([
  [
    { type: 'reached', before: 'none', pid: 7, version: '2.6.12' },
    ['info [HAPHelper] [Proxy] Proxy was initialized: HAProxy 2.6.12, process 7.'],
  ],
  [
    { type: 'mended', server: 'w1', found: 'drain', to: 'ready' },
    ["warning [HAPHelper] [Proxy] Server 'w1' was found DRAIN. Fixing it"],
  ],
  [
    { type: 'plan', cuts: 75, of: 300, from: { w1: 50, w2: 25, w3: 0 } },
    [
      'info [HAPHelper] [Main] Agent imbalance detected. Moving 75 of 300 agents.',
      "info [HAPHelper] [Main] Balancing 50 agents from 'w1'.",
      "info [HAPHelper] [Main] Balancing 25 agents from 'w2'.",
    ],
  ],
  [{ type: 'chunk-cut', cuts: 5, left: 0 }, ['info [HAPHelper] [Main] Waiting for agent connections stability.']],
  [
    { type: 'settled', cuts: 1, tookMs: 220, inTime: true },
    ['info [HAPHelper] [Main] Moved 1 agent, who are all back after 0.2s.'],
  ],
  [{ type: 'balanced', sessions: 300 }, ['info [HAPHelper] [Main] Load balancer backend is balanced: 300 agents.']],
  [
    { type: 'membership', adding: ['w4'], removing: ['w1', 'w2'] },
    ["info [HAPHelper] [Main] Detected changes in Wazuh cluster nodes, to add: 'w4'; to remove: 'w1', 'w2'"],
  ],
  [
    { type: 'leaving', server: 'w1' },
    ["info [HAPHelper] [Main] Server 'w1' has been excluded but is currently active. Removing it"],
  ],
  ...['w2', 'stranger'].map((server): readonly [BalancerEvent, readonly string[]] => [
    { type: 'leaving', server },
    [`info [HAPHelper] [Main] Server '${server}' has been disconnected for over 240 minutes. Removing it`],
  ]),
  [
    { type: 'leaving', server: 'w3' },
    ["info [HAPHelper] [Main] Server 'w3' leaves: it gets no new agents, and those it has are moved."],
  ],
  [
    { type: 'state-changed', server: 'w4', to: 'ready', why: 'its node is up' },
    ["info [HAPHelper] [Proxy] Server 'w4' gets agents again: its node is up."],
  ],
  [
    { type: 'state-changed', server: 'w2', to: 'drain', why: 'its node is down' },
    ["info [HAPHelper] [Proxy] Server 'w2' gets no new agents: its node is down."],
  ],
  [
    { type: 'state-changed', server: 'w1', to: 'drain', why: 'its node is excluded' },
    ["debug [HAPHelper] [Proxy] Changed Wazuh server 'w1' to DRAIN state: its node is excluded."],
  ],
  [
    { type: 'weighed', server: 'w1', found: 50, to: 100, mended: true },
    ["warning [HAPHelper] [Proxy] Server 'w1' was found with weight 50 instead of 100. Fixing it"],
  ],
  [
    { type: 'weighed', server: 'w1', found: 50, to: 100, mended: false },
    ["info [HAPHelper] [Proxy] Changed the weight of server 'w1' from 50 to 100."],
  ],
])('%j is told', (event, lines) => {
  expect(linesOf([event])).toEqual(lines);
});

it('where there are several instances, each line begins with its own', () => {
  expect(linesOf([{ type: 'balanced', sessions: 1 }], 'tcp://lb:1: ')).toEqual([
    'info [HAPHelper] [Main] tcp://lb:1: Load balancer backend is balanced: 1 agent.',
  ]);
});

it('where the text begins with the same, it stands there once', () => {
  const at = 'tcp://lb:1: ';
  const text = `${at}nobody listens there`;
  const events: readonly BalancerEvent[] = [
    { type: 'unreachable', text },
    { type: 'failed', doing: 'adding w1', text },
    { type: 'advice', code: 'mode', text },
  ];
  for (const line of linesOf(events, at)) expect(line.split('tcp://lb:1')).toHaveLength(2);
  expect(linesOf([{ type: 'unreachable', text }])[0]).toContain(text);
});

it('what fails again and again is told five times a minute', () => {
  const failed: BalancerEvent = { type: 'failed', doing: 'adding w1', text: 'no' };
  const lines = linesOf(Array.from({ length: 50 }, () => failed));
  expect(lines).toHaveLength(5);
  expect(lines[4]).toContain('(more of these are counted for a minute, not logged)');
});
