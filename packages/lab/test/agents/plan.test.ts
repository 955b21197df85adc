import fc from 'fast-check';
import { planAgents } from '../../src/agents/plan.ts';

describe('the plan of the agents', () => {
  it('is the same for the same seed, and agent 7 is agent 7 among however many', () => {
    expect(planAgents({ seed: 5, agents: 40, servers: 3 })).toEqual(planAgents({ seed: 5, agents: 40, servers: 3 }));
    expect(planAgents({ seed: 5, agents: 7, servers: 3 })[6]).toEqual(
      planAgents({ seed: 5, agents: 40, servers: 3 })[6],
    );
    expect(planAgents({ seed: 6, agents: 7, servers: 3 })).not.toEqual(planAgents({ seed: 5, agents: 7, servers: 3 }));
  });

  it('gives each a name of its own that any manager takes, and each server once', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, agents, servers) => {
          const plans = planAgents({ seed, agents, servers });
          expect(new Set(plans.map(({ name }) => name)).size).toBe(agents);
          for (const plan of plans) {
            expect(plan.name).toMatch(/^[a-z]+-[a-z]+-\d{4}$/);
            expect([...plan.servers].sort()).toEqual([...Array(servers).keys()]);
            expect(plan.share).toBeGreaterThanOrEqual(0);
            expect(plan.share).toBeLessThan(1);
          }
        },
      ),
    );
  });

  it('begins at the servers in turn, and scatters those of one server over the others', () => {
    const plans = planAgents({ seed: 1, agents: 300, servers: 3 });
    const first = plans.filter(({ servers }) => servers[0] === 1);
    expect(first).toHaveLength(100);
    const next = first.filter(({ servers }) => servers[1] === 0).length;
    expect(next).toBeGreaterThan(30);
    expect(next).toBeLessThan(70);
  });

  it('has every tenth ask for the group', () => {
    const plans = planAgents({ seed: 1, agents: 20, servers: 1, group: 'dmz' });
    expect(plans.filter(({ groups }) => groups !== undefined).map(({ number }) => number)).toEqual([10, 20]);
  });
});
