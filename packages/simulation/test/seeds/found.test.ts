/** What the simulation found in the product, as small as it was shrunk to: it is never to come back. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planFromJson } from '../../src/plan/index.ts';
import { runPlan } from '../../src/world/index.ts';

interface Row {
  /** `plans/NAME.json`, as `--save` wrote it. */
  readonly plan: string;
  readonly seed: number;
  readonly invariant: string;
  readonly found: string;
  readonly mended: string;
}

const rows: readonly Row[] = JSON.parse(readFileSync(join(__dirname, 'found.json'), 'utf8'));

describe('what was found stays mended', () => {
  test.each(rows)('seed $seed, $plan', async ({ plan }) => {
    const outcome = await runPlan(planFromJson(readFileSync(join(__dirname, 'plans', `${plan}.json`), 'utf8')));
    expect(outcome.violation).toBeUndefined();
  });

  it('every plan that is kept has its row', () => {
    const kept = readdirSync(join(__dirname, 'plans')).sort();
    expect(kept).toEqual(rows.map(({ plan }) => `${plan}.json`).sort());
  });
});
