import { withinSize } from '../src/size-limit.ts';

const put = (path: string, size: number) => ({ path, entry: { size, digest: '' } });
const planOf = (...puts: readonly ReturnType<typeof put>[]) => ({
  changes: { put: puts, remove: ['etc/rules/old'], makeDirectories: [], removeDirectories: [] },
  modeDrift: [],
  leftovers: [],
});

describe('a plan within a size limit', () => {
  it('keeps a file of exactly the limit, and reports one of a byte more', () => {
    const { plan, tooLarge } = withinSize(planOf(put('etc/rules/a', 100), put('etc/rules/b', 101)), 100);
    expect(plan).toEqual(planOf(put('etc/rules/a', 100)));
    expect(tooLarge).toEqual([
      { path: 'etc/rules/b', code: 'TOO_LARGE', text: expect.stringMatching(/raise the limit here too/) },
    ]);
  });

  it('is the plan itself where nothing is too large', () => {
    const plan = planOf(put('etc/rules/a', 100));
    expect(withinSize(plan, 100)).toEqual({ plan, tooLarge: [] });
    expect(withinSize(plan, 100).plan).toBe(plan);
  });
});
