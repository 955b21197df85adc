import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { cleanUp, newRoot, put } from './rig.ts';

afterAll(cleanUp);

/** What `program` (a child of this folder, run from its sources) prints. */
function run(program: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(
    process.execPath,
    ['-C', 'source', '--require', join(__dirname, 'require-ts.cjs'), join(__dirname, `${program}.cjs`), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  child.stdout.on('data', (text: Buffer) => {
    printed += text.toString();
  });
  return new Promise((resolve) => child.on('close', () => resolve(printed)));
}

describe('in a process of its own', () => {
  it('a file of 100 MiB needs no more memory than a few pieces', async () => {
    const size = 100 * 1024 * 1024;
    const digest = createHash('blake2b512').update(Buffer.alloc(size, 'x')).digest('hex');
    const outcome = JSON.parse(await run('memory-child', newRoot(), digest, `${size}`)) as { grewBytes: number };
    process.stdout.write(`100 MiB: ${(outcome.grewBytes / 2 ** 20).toFixed(0)} MiB more\n`);
    expect(outcome).toMatchObject({ written: 1, failures: [] });
    expect(outcome.grewBytes).toBeLessThan(64 * 2 ** 20);
  });

  it.each(['master', 'worker'])(
    'what the user may not read blocks a %s, with words, and looks not deleted',
    async (mode) => {
      const root = newRoot();
      for (const path of ['fine', 'secret', 'closed/f', 'listed/f']) put(root, `etc/rules/${path}`);
      for (const path of ['', 'etc', 'etc/rules', 'etc/rules/closed', 'etc/rules/listed'])
        fs.chmodSync(join(root, path), 0o755);
      fs.chmodSync(root, 0o777);
      expect(JSON.parse(await run('unreadable-child', root, mode))).toEqual({ files: 4, problems: [] });
      fs.appendFileSync(join(root, 'etc/rules/secret'), ' changed');
      fs.chmodSync(join(root, 'etc/rules/secret'), 0o000);
      fs.chmodSync(join(root, 'etc/rules/closed'), 0o000);
      // Names may be listed here, and nothing else.
      fs.chmodSync(join(root, 'etc/rules/listed'), 0o444);
      const { problems } = JSON.parse(await run('unreadable-child', root, mode)) as { problems: string[] };
      expect(problems.map((problem) => problem.slice(0, problem.indexOf(':'))).sort()).toEqual([
        'unreadable-directory etc/rules/closed',
        'unreadable-directory etc/rules/listed',
        'unreadable-file etc/rules/secret',
      ]);
      for (const problem of problems) expect(problem).toContain('permission denied');
      for (const path of ['etc/rules/secret', 'etc/rules/closed', 'etc/rules/listed'])
        fs.chmodSync(join(root, path), 0o755);
    },
  );
});
