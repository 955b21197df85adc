import { type Deed, doorKinds, isOfDoors, type Plan, planOf } from '../../src/plan/index.ts';
import { runPlan } from '../../src/world/index.ts';

const quiet = { ...planOf(1, { nodes: 3, files: 3, quiet: true }), chaosMs: 15_000 };
type WithoutId<One> = One extends unknown ? Omit<One, 'id'> : never;
const withDeeds = (deeds: readonly WithoutId<Deed>[]): Plan => ({
  ...quiet,
  deeds: deeds.map((deed, index) => ({ ...deed, id: `d${index + 1}` }) as Deed),
});
const some = { atMs: 8_000, times: 3, everyMs: 300 };

describe('at the doors of a quiet cluster', () => {
  it('whoever asks is answered', async () => {
    const outcome = await runPlan(
      withDeeds([
        { ...some, kind: 'door-ask', node: 'worker1', of: 'worker2', question: 'get-health' },
        { ...some, kind: 'door-ask', node: 'worker1', of: 'worker1', question: 'get-healthcheck' },
        { ...some, kind: 'door-events', node: 'master', of: 'worker1' },
        { ...some, kind: 'door-trace', node: 'master', of: 'master', pattern: '**', watchers: 6 },
        { ...some, kind: 'door-program', node: 'worker1', command: 'get_nodes', piece: 1 },
      ]),
    );
    expect(outcome.violation).toBeUndefined();
    expect(outcome.met).toEqual(
      expect.arrayContaining([
        'question answered by another node',
        'one trace too many refused',
        'program answered by the master',
      ]),
    );
    expect(outcome.met).not.toContain('door closed amid a question');
  });

  it('the master orders, and workers do not', async () => {
    const outcome = await runPlan(
      withDeeds([
        { ...some, kind: 'door-order', node: 'master', of: 'worker1', order: 'bench-actor' },
        { ...some, kind: 'door-order', node: 'worker2', of: 'worker1', order: 'crash-actor' },
        { atMs: 9_000, kind: 'door-rogue', node: 'worker2', of: 'worker1', order: 'crash-actor' },
        { ...some, atMs: 10_000, kind: 'door-order', node: 'master', of: 'master', order: 'misspelt' },
      ]),
    );
    expect(outcome.violation).toBeUndefined();
    expect(outcome.met).toEqual(
      expect.arrayContaining([
        'order carried out on another node',
        'order of another node refused on a worker',
        'order of a worker refused by its master',
      ]),
    );
    expect(outcome.met).not.toContain('actor restarted');
  });

  it('who asks of a node that is gone is told so, and reads on when it is back', async () => {
    const outcome = await runPlan(
      withDeeds([
        { atMs: 6_000, kind: 'door-events', node: 'master', of: 'worker1', times: 30, everyMs: 300 },
        { atMs: 8_000, kind: 'kill', node: 'worker1', downMs: 2_000 },
        { ...some, atMs: 8_100, kind: 'door-ask', node: 'worker2', of: 'worker1', question: 'get-tree' },
      ]),
    );
    expect(outcome.violation).toBeUndefined();
    expect(outcome.met).toEqual(
      expect.arrayContaining(['asked of a node that is down', 'events over the end of a node']),
    );
  });
});

test('plans have all kinds of deeds at doors, numbered apart from all else', () => {
  const deeds = Array.from({ length: 60 }, (_, seed) => planOf(seed).deeds).flat();
  expect(new Set(deeds.filter(isOfDoors).map(({ kind }) => kind))).toEqual(new Set(doorKinds));
  expect(deeds.filter(isOfDoors).filter(({ id }) => !/^d\d+$/.test(id))).toEqual([]);
});
