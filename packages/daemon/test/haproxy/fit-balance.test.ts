import { type BalancerView, encodeEnvelope, MAX_FRAME } from '@muster/protocol';
import { fitBalance } from '../../src/haproxy/fit-balance.ts';

const view = (servers: number, name: string): BalancerView => ({
  ...{ endpoint: '/s', phase: 'balanced', doing: 'balanced', reachable: true, sessions: 1 },
  servers: Array.from({ length: servers }, (_, index) => ({
    ...{ name: `${name}${index}`, address: '10.0.0.1:1514', admin: 'ready', health: 'up', standing: 'up' },
    ...{ weight: 100, sessions: 3, target: 3, cuts: 0 },
  })) as BalancerView['servers'],
  ...{ advice: [], plans: 0, cuts: 0, restartsSeen: 0 },
});
const bytes = (views: readonly BalancerView[]): number =>
  encodeEnvelope({ kind: 'reply', id: 1, message: fitBalance(views) } as never).length;

it('what fits is shown whole', () => {
  const views = [view(100, 'a'), view(3, 'b')];
  expect(fitBalance(views)).toEqual({ type: 'balance', instances: views });
});

it('sixteen instances of a thousand servers with the longest names fit one frame, and tell that they are cut', () => {
  const views = Array.from({ length: 16 }, () => view(1_000, 'n'.repeat(250)));
  expect(bytes(views)).toBeLessThan(MAX_FRAME);
  const [first] = fitBalance(views).instances;
  expect(first?.servers.length).toBeGreaterThan(10);
  expect(first?.advice).toEqual([{ code: 'view-cut', text: expect.stringMatching(/^Of more than \d+ servers only/) }]);
});
