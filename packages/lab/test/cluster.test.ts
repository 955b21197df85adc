import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runLab } from '../src/lab.ts';

/** The command line as it is built: this test runs what users run. */
const muster = join(__dirname, '../../cli/dist/main.js');

describe('a master and two workers, as processes of their own', () => {
  it('hold their files identical through edits, deletions, damage and a kill -9', async () => {
    if (!existsSync(muster))
      throw new Error(`${muster} is missing: build the workspace before this test (npm run build)`);
    let written = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += text;
      return true;
    });
    const options = {
      workers: 2,
      agents: 30,
      from: undefined,
      forMs: 240_000,
      port: 0,
      haproxy: false,
      keep: false,
      verbose: false,
    };
    const code = await runLab(options, new AbortController().signal, muster).finally(() => write.mockRestore());
    const table = written.slice(Math.max(0, written.indexOf('STEP ')));
    process.stdout.write(`${table}\n`);
    expect(code === 0 ? 'held' : written).toBe('held');
  });
});
