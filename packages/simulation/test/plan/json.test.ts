import fc from 'fast-check';
import { deedKinds, PlanError, planFromJson, planOf, planToJson, words } from '../../src/plan/index.ts';

const anySeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** A plan with every kind of deed, for each kind has its own fields. */
const whole = (() => {
  const base = planOf(1, { nodes: 6 });
  const deeds = new Map<string, (typeof base.deeds)[number]>();
  for (let seed = 0; deeds.size < deedKinds.length; seed++)
    for (const deed of planOf(seed, { nodes: 6 }).deeds) deeds.set(deed.kind, deed);
  return { ...base, deeds: [...deeds.values()].map((deed, index) => ({ ...deed, id: `${index}`, atMs: index })) };
})();

describe('a plan as text', () => {
  it('is read back as it was', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const plan = planOf(seed);
        expect(planFromJson(planToJson(plan))).toEqual(plan);
      }),
    );
    expect(planFromJson(planToJson(whole))).toEqual(whole);
  });

  it.each<[string, (plan: never) => unknown, string]>([
    ['no JSON', () => 'x', 'plan must be an object'],
    ['a list', () => [], 'plan must be an object'],
    ['another format', (plan: object) => ({ ...plan, format: 7 }), 'plan.format must be 1, and is 7'],
    [
      'no settings',
      (plan: object) => ({ ...plan, settings: undefined }),
      'plan.settings must be an object, and is missing',
    ],
    [
      'too many workers',
      (plan: { settings: object }) => ({ ...plan, settings: { ...plan.settings, workers: 9 } }),
      'plan.settings.workers must be a whole number from 1 to 8, and is 9',
    ],
    ['a field that nobody knows', (plan: object) => ({ ...plan, weather: 1 }), 'plan has weather, which nobody knows'],
    [
      'a kind that nobody knows',
      (plan: { deeds: object[] }) => ({ ...plan, deeds: [{ ...plan.deeds[0], kind: 'toString' }] }),
      'plan.deeds[0].kind must be a kind of deed, and is "toString"',
    ],
    [
      'a deed that is none',
      (plan: object) => ({ ...plan, deeds: [null] }),
      'plan.deeds[0].kind must be a kind of deed',
    ],
    [
      'an id twice',
      (plan: { deeds: object[] }) => ({ ...plan, deeds: [plan.deeds[0], plan.deeds[0]] }),
      'plan.deeds[1].id: 0 is taken by an earlier deed',
    ],
    [
      'a deed out of order',
      (plan: { deeds: object[] }) => ({ ...plan, deeds: [plan.deeds[1], plan.deeds[0]] }),
      'plan.deeds[1].atMs: earlier than the deed before it',
    ],
    [
      'somebody who is not there',
      (plan: object) => ({ ...plan, deeds: [{ id: 'a', atMs: 0, kind: 'kill', node: 'worker6', downMs: 0 }] }),
      'plan.deeds[0]: worker6 is none of master and worker1 to worker5',
    ],
    [
      'a duration that is none',
      (plan: object) => ({ ...plan, deeds: [{ id: 'a', atMs: 0, kind: 'pause', node: 'master', forMs: '3s' }] }),
      'plan.deeds[0].forMs must be a number from 0 to 3600000, and is "3s"',
    ],
  ])('%s is refused, with the place named', (_title, spoil, message) => {
    const text = JSON.stringify(spoil(JSON.parse(planToJson(whole)) as never));
    expect(() => planFromJson(text)).toThrow(PlanError);
    expect(() => planFromJson(text)).toThrow(message);
  });

  it('that is no JSON at all is refused as that', () => {
    expect(() => planFromJson('{"format":')).toThrow(/the plan is not JSON/);
  });

  it('without any one field of a deed is refused', () => {
    for (const [index, deed] of whole.deeds.entries())
      for (const name of Object.keys(deed)) {
        const { [name]: _gone, ...rest } = deed as unknown as Record<string, unknown>;
        const text = planToJson({ ...whole, deeds: whole.deeds.with(index, rest as never) });
        expect(() => planFromJson(text)).toThrow(`plan.deeds[${index}]`);
      }
  });
});

describe('a deed in words', () => {
  it('is one line: when, which, what, and its fields', () => {
    expect(words({ id: '4', atMs: 1_500, kind: 'kill', node: 'worker1', downMs: 20 })).toBe(
      '1.500 s  #4  kill  node worker1, downMs 20',
    );
    for (const deed of whole.deeds) expect(words(deed)).not.toContain('\n');
  });
});
