import fc from 'fast-check';
import { cutPlan } from '../../src/command/cut.ts';
import { type Budget, shrink } from '../../src/command/shrink.ts';
import type { SomePlan } from '../../src/command/simulator.ts';
import { cutting, idsOf, outcomeOf, planWith } from './fake-plan.ts';

const plenty: Budget = { runs: 100_000, ms: 1_000_000 };

/** Shrinks `plan`, which fails wherever `fails` says so; counts the runs, each of which takes a millisecond. */
async function shrunk(plan: SomePlan, fails: (plan: SomePlan) => string | undefined, budget = plenty) {
  const ran: SomePlan[] = [];
  const run = async (smaller: SomePlan) => {
    ran.push(smaller);
    return outcomeOf(1, fails(smaller));
  };
  const deps = { simulator: cutting, run, nowMs: () => ran.length };
  return { ran, ...(await shrink(plan, outcomeOf(1, fails(plan)), deps, budget)) };
}

const needs =
  (...wanted: readonly string[]) =>
  (plan: SomePlan) =>
    wanted.every((id) => idsOf(plan).includes(id)) ? 'kept' : undefined;

describe('shrinking', () => {
  it('leaves exactly the deeds that a failure needs, whichever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.infiniteStream(fc.nat()), async (count, picks) => {
        const plan = planWith(count);
        const wanted = new Set([...picks.take(5)].map((pick) => `d${(pick % count) + 1}`));
        const { plan: smallest, minimal } = await shrunk(plan, needs(...wanted));
        expect(new Set(idsOf(smallest))).toEqual(wanted);
        expect(minimal).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('ends where no single deed can be left out, also when fewer deeds fail and more do not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 25 }), fc.nat(), async (count, salt) => {
        const odd = (plan: SomePlan) =>
          plan.deeds.length === count || idsOf(plan).join().length % 3 === salt % 3 ? 'kept' : undefined;
        const { plan: smallest } = await shrunk(planWith(count), odd);
        for (const id of idsOf(smallest)) expect(odd(cutting.without(smallest, [id]))).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('runs few plans when one deed of a hundred is to blame', async () => {
    const { runs } = await shrunk(planWith(100), needs('d57'));
    expect(runs).toBeLessThan(60);
  });

  it('does not take another broken promise for the same', async () => {
    const { plan } = await shrunk(planWith(10), (smaller) => (idsOf(smaller).includes('d4') ? 'kept' : 'another'));
    expect(idsOf(plan)).toEqual(['d4']);
  });

  it('needs no deed at all when the failure needs none', async () => {
    const { plan, cut } = await shrunk(planWith(10), () => 'kept');
    expect(plan.deeds).toEqual([]);
    expect(cut).toMatchObject({ only: [], workers: 1 });
  });

  it('leaves as few workers as the failure needs', async () => {
    const { plan, cut } = await shrunk(planWith(3, 8), ({ settings }) => (settings.workers >= 3 ? 'kept' : undefined));
    expect(plan.settings.workers).toBe(3);
    expect(cut.workers).toBe(3);
  });

  it('ends the weather within a second of the earliest end that fails', async () => {
    // Its weather lasts 600 s; the promise is found broken long after that.
    const simulator = {
      ...cutting,
      until: (plan: SomePlan, ms: number) => (ms < 600_000 ? { ...plan, endMs: ms } : plan),
    };
    const run = async (plan: SomePlan & { endMs?: number }) =>
      outcomeOf(1, (plan.endMs ?? 1_000_000) >= 400_000 ? 'kept' : undefined);
    const { cut } = await shrink(planWith(2), outcomeOf(1, 'kept'), { simulator, run, nowMs: () => 0 }, plenty);
    expect(cut.stopAfterMs).toBeGreaterThanOrEqual(400_000);
    expect(cut.stopAfterMs).toBeLessThan(401_000);
  });

  it('makes those settings plain that the failure does not need', async () => {
    const { cut, plan } = await shrunk(planWith(2), ({ settings }) =>
      settings.musterYaml === '' ? undefined : 'kept',
    );
    expect(cut.plain).toEqual(['turns', 'clocks', 'files']);
    expect(plan.settings).toMatchObject({ lateTurns: { chance: 0 }, skewMs: {}, musterYaml: 'sync: {}', files: 3 });
  });

  it('says what takes the first plan to the smallest', async () => {
    const plan = planWith(30);
    const { cut, plan: smallest } = await shrunk(plan, needs('d3', 'd20'));
    expect(cutPlan(cutting, plan, cut)).toEqual(smallest);
  });

  it('keeps to its runs, and then says that more might be left out', async () => {
    const { runs, ran, minimal, plan } = await shrunk(planWith(50), needs('d1', 'd20', 'd40'), { runs: 10, ms: 1e9 });
    expect(runs).toBe(10);
    expect(ran).toHaveLength(10);
    expect(minimal).toBe(false);
    expect(needs('d1', 'd20', 'd40')(plan)).toBe('kept');
  });

  it('keeps to its time', async () => {
    const { runs, minimal } = await shrunk(planWith(50), needs('d1', 'd20', 'd40'), { runs: 1e9, ms: 7 });
    expect(runs).toBe(7);
    expect(minimal).toBe(false);
  });

  it('ends with what it has when nobody wants to know any more', async () => {
    let runs = 0;
    const run = async (plan: SomePlan) => (++runs > 6 ? undefined : outcomeOf(1, needs('d1', 'd20', 'd40')(plan)));
    const deps = { simulator: cutting, run, nowMs: () => 0 };
    const { minimal, plan } = await shrink(planWith(50), outcomeOf(1, 'kept'), deps, plenty);
    expect([runs, minimal]).toEqual([7, false]);
    expect(needs('d1', 'd20', 'd40')(plan)).toBe('kept');
  });

  it('runs no plan twice', async () => {
    const { ran } = await shrunk(planWith(20), needs('d2', 'd9'));
    const texts = ran.map((plan) => JSON.stringify(plan));
    expect(new Set(texts).size).toBe(texts.length);
  });
});
