import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockInstance } from '../src/adapters/instance-lock.ts';

describe('the lock of an R', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'muster-lock-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('goes to one of many that ask at once on a new R; the others are told that one runs', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 30 }, () => lockInstance(root)));
    const locks = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refusals = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(locks).toHaveLength(1);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'ALREADY_RUNNING', exitCode: 75 });
    expect(await readdir(join(root, 'queue/cluster/muster'))).toEqual(['instance']);
    await locks[0]!.release();
  });

  it('is free again after a release', async () => {
    await (await lockInstance(root)).release();
    await (await lockInstance(root)).release();
  });

  it('is refused when its file is not ours, with the cure', async () => {
    await (await lockInstance(root)).release();
    await writeFile(join(root, 'queue/cluster/muster/instance'), 'x');
    await expect(lockInstance(root)).rejects.toMatchObject({
      code: 'INSTANCE_FILE',
      message: expect.stringContaining('Delete it and start again'),
    });
  });
});

describe('between processes', () => {
  const program = `
    import { lockInstance } from ${JSON.stringify(join(__dirname, '../dist/adapters/instance-lock.js'))};
    lockInstance(process.argv[1]).then(
      () => { console.log('held'); setInterval(() => {}, 1000); },
      (error) => { console.log(error.code); process.exit(error.exitCode); },
    );`;
  const start = (root: string) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, root]);
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    const said = new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(`${text}`.trim())));
    return { child, ended, said };
  };

  it('one holds it, the next ends with its code, and a kill -9 frees it at once', async () => {
    const root = await mkdtemp(join(tmpdir(), 'muster-lock-'));
    const first = start(root);
    try {
      expect(await first.said).toBe('held');
      const second = start(root);
      expect([await second.said, await second.ended]).toEqual(['ALREADY_RUNNING', 75]);
      first.child.kill('SIGKILL');
      await first.ended;
      await (await lockInstance(root)).release();
    } finally {
      first.child.kill('SIGKILL');
      await rm(root, { recursive: true });
    }
  });
});
