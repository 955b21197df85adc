/**
 * Every check, in the order of what fails fastest: format and lint, directions of imports, build,
 * types of the tests, 500 seeds of the simulation, tests. Arguments go to jest, and then no seeds run:
 * `node scripts/verify.mjs actors/node`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { build, run, runPnpm } from './bootstrap.mjs';

const step = (title) => process.stdout.write(`\n== ${title}\n`);

step('format and lint');
runPnpm(['exec', 'biome', 'ci', '.']);
step('directions of imports');
run('node', ['scripts/check-layers.mjs']);
step('build');
build();
step('types of the tests');
runPnpm(['exec', 'tsc', '-p', 'tsconfig.tests.json']);
if (process.argv.length === 2) {
  step('simulation');
  run('node', ['packages/simulation/dist/main.js', '--seeds', '500']);
}
step('tests');
const results = join(mkdtempSync(join(tmpdir(), 'muster-jest-')), 'results.json');
try {
  runPnpm(['exec', 'jest', '--json', `--outputFile=${results}`, ...process.argv.slice(2)]);
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'));
  process.stdout.write(`\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`);
} finally {
  rmSync(join(results, '..'), { recursive: true, force: true });
}
