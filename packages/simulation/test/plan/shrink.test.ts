import fc from 'fast-check';
import {
  type Plan,
  plain,
  planFromJson,
  planOf,
  planToJson,
  until,
  without,
  withWorkers,
} from '../../src/plan/index.ts';
import { nodesOf } from '../../src/plan/of-nodes.ts';

const anyPlan: fc.Arbitrary<Plan> = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((seed) => planOf(seed));
const byId = ({ deeds }: Plan) => new Map(deeds.map((deed) => [deed.id, deed]));

describe('a plan made smaller', () => {
  it('without some deeds keeps all others as they were', () => {
    fc.assert(
      fc.property(anyPlan, fc.infiniteStream(fc.boolean()), (plan, coins) => {
        const gone = plan.deeds.filter(() => coins.next().value === true).map(({ id }) => id);
        const smaller = without(plan, gone);
        expect(smaller.deeds).toEqual(plan.deeds.filter(({ id }) => !gone.includes(id)));
        expect({ ...smaller, deeds: [] }).toEqual({ ...plan, deeds: [] });
      }),
    );
  });

  it('with fewer workers keeps every deed that names only those who are left', () => {
    fc.assert(
      fc.property(anyPlan, fc.integer({ min: 1, max: 5 }), (plan, wanted) => {
        const smaller = withWorkers(plan, wanted);
        const workers = Math.min(wanted, plan.settings.workers);
        expect(smaller.settings.workers).toBe(workers);
        const names = ['master', ...Array.from({ length: workers }, (_, index) => `worker${index + 1}`)];
        const left = byId(smaller);
        for (const deed of plan.deeds) {
          const stays = nodesOf(deed).every((name) => names.includes(name));
          if (stays) expect(left.get(deed.id)).toEqual(deed);
          else if (deed.kind !== 'partition') expect(left.has(deed.id)).toBe(false);
        }
        for (const deed of smaller.deeds) expect(nodesOf(deed).filter((name) => !names.includes(name))).toEqual([]);
        expect(Object.keys(smaller.starts)).toEqual(names.slice(1));
      }),
    );
  });

  it('never has more workers than before, and at least one', () => {
    const plan = planOf(3, { nodes: 3 });
    expect(withWorkers(plan, 9)).toEqual(plan);
    expect(withWorkers(plan, 0).settings.workers).toBe(1);
  });

  it('until some time has what came before, and ends then', () => {
    fc.assert(
      fc.property(anyPlan, fc.nat(100_000), (plan, ms) => {
        const smaller = until(plan, ms);
        expect(smaller.chaosMs).toBe(Math.min(ms, plan.chaosMs));
        expect(smaller.deeds).toEqual(plan.deeds.filter(({ atMs }) => atMs <= ms));
        expect(smaller.settings).toEqual(plan.settings);
      }),
    );
  });

  it.each(Object.keys(plain))('with plain %s it is still a whole plan, with the same deeds', (name) => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const smaller = plain[name]!(plan);
        expect(smaller.deeds).toBe(plan.deeds);
        expect(planFromJson(planToJson(smaller))).toEqual(smaller);
      }),
    );
  });

  it('with plain starts has workers that begin with what the master has', () => {
    expect(plain.starts!(planOf(5, { nodes: 3 })).starts).toEqual({ worker1: 'copy', worker2: 'copy' });
  });

  it('with default options has the time to heal that these need', () => {
    const plan = planOf(5);
    expect(plain.options!(plan).settings.healWithinMs).toBeGreaterThan(300_000);
  });
});
