import { countsAt, disagreement, type KnownAgent, type ShownAgent } from '../src/census.ts';

const agent = (id: number, changes: Partial<KnownAgent> = {}): KnownAgent => ({
  ...{ id, name: `agent-${id}`, state: 'reporting', node: 'worker1', losses: 0, why: '' },
  ...changes,
});
const row = (id: number, changes: Partial<ShownAgent> = {}): ShownAgent => ({
  ...{ id, status: 'active', node: 'worker1' },
  ...changes,
});

describe('where agents are', () => {
  it('is agreed when each is shown once, active, at the node to which it reports; agents of others do not matter', () => {
    expect(disagreement([agent(1), agent(2)], [row(1), row(2), row(3, { status: 'never_connected' })])).toBe('');
  });

  it.each<[readonly KnownAgent[], readonly ShownAgent[] | undefined, string]>([
    [[], [], 'there are no agents'],
    [[agent(1)], undefined, 'the master does not answer'],
    [[agent(1)], [], '1 agents are shown wrongly: agent-1 is not shown'],
    [[agent(1)], [row(1), row(1)], '1 agents are shown wrongly: agent-1 is shown 2 times'],
    [[agent(1)], [row(1, { status: 'pending' })], '1 agents are shown wrongly: agent-1 is shown as pending'],
    [
      [agent(1)],
      [row(1, { node: 'worker2' })],
      '1 agents are shown wrongly: agent-1 reports to worker1, and is shown at worker2',
    ],
    [
      [agent(1), agent(2, { state: 'lost', why: 'closed' })],
      [row(1)],
      '1 agents do not report: agent-2 is lost (closed)',
    ],
  ])('is said where it is not agreed', (known, shown, words) => {
    expect(disagreement(known, shown)).toBe(words);
  });

  it('is counted by node', () => {
    const known = [agent(1), agent(2), agent(3, { node: 'worker2' }), agent(4, { state: 'lost' })];
    const shown = [row(1), row(2, { status: 'pending' }), row(3, { node: 'worker2' })];
    expect(countsAt('worker1', known, shown)).toEqual({ connected: 2, shown: 1 });
  });
});
