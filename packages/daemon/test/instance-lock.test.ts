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
