/** The same judged by Prometheus's own tool. Skipped where there is none; `MUSTER_REQUIRE=promtool` makes that a failure. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMetrics } from '../src/index.ts';
import { masterSources, workerSources } from './rig.ts';

const promtool = (args: readonly string[], input = ''): { readonly status: number | null; readonly said: string } => {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { status: error === undefined ? status : null, said: `${stdout}${stderr}` };
};
const isHere = promtool(['--version']).status === 0;
const isRequired = process.env.MUSTER_REQUIRE?.split(',').includes('promtool') === true;
const wanted = isHere || isRequired ? it : it.skip;
if (!isHere && !isRequired)
  process.stdout.write('metrics as promtool judges them: not tried, for there is no promtool on PATH\n');

wanted.each([
  ['a master', masterSources],
  ['a worker', workerSources],
])('promtool has nothing to say against the metrics of %s', async (_role, sources) => {
  const { text } = await openMetrics(sources()).scrape();
  expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
});

wanted('promtool takes the alert rules of the paper', () => {
  const paper = readFileSync(join(__dirname, '../../../docs/metrics.md'), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'muster-rules-'));
  try {
    writeFileSync(join(folder, 'rules.yml'), /<!-- rules -->\s+```yaml\n([\s\S]*?)```/.exec(paper)?.[1] ?? '');
    expect(promtool(['check', 'rules', join(folder, 'rules.yml')])).toMatchObject({ status: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
