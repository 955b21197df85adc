import * as fs from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '../src/index.ts';
import { diskCompliance } from '../src/testing/index.ts';
import { cleanUp, disk, forever, newRoot, put } from './rig.ts';

afterAll(cleanUp);

diskCompliance(
  'nodeDisk',
  { describe, it, equal: (actual, expected) => expect(actual).toEqual(expected) },
  async () => ({
    disk,
    folder: join(newRoot(), 'etc/lists'),
  }),
);

describe('nodeDisk', () => {
  it('refuses what is asked after it was closed', async () => {
    const closed = nodeDisk();
    await closed.close();
    await expect(closed.list(['/'])).rejects.toThrow('the disk was closed');
    await expect(closed.openReader('/etc/hostname')).rejects.toThrow('the disk was closed');
  });

  it('ends idle threads and starts them again', async () => {
    let rested: () => void = () => {};
    const rest = new Promise<void>((resolve) => {
      rested = resolve;
    });
    const resting = nodeDisk({ idleMs: 1, rested: () => rested() });
    expect((await resting.list(['/']))[0]!.ok).toBe(true);
    await rest;
    expect((await resting.list(['/']))[0]!.ok).toBe(true);
    await resting.close();
  });

  it('comes to rest though a few paths are looked at again and again', async () => {
    let atRest = false;
    const rested = (): void => {
      atRest = true;
    };
    const resting = nodeDisk({ idleMs: 20, rested });
    expect((await resting.list(['/']))[0]!.ok).toBe(true);
    while (!atRest)
      expect(await resting.stat(['/', '/no/such'])).toMatchObject([{ kind: 'directory' }, { code: 'ENOENT' }]);
    await resting.close();
    await expect(resting.stat(['/'])).rejects.toThrow('the disk was closed');
  });

  it('drops queued work when aborted, and rejects at once', async () => {
    const root = newRoot();
    for (let i = 0; i < 2_000; i++) put(root, `etc/rules/${i}`);
    const abort = new AbortController();
    const paths = Array.from({ length: 2_000 }, (_, i) => join(root, `etc/rules/${i}`));
    const digests = disk.digest(paths, abort.signal);
    abort.abort(new Error('stop'));
    await expect(digests).rejects.toThrow('stop');
    expect(await disk.digest(paths.slice(0, 3), forever)).toHaveLength(3);
  });

  it('neither follows a symlink nor changes the mode behind it', async () => {
    const root = newRoot();
    put(root, 'etc/rules/real');
    fs.chmodSync(join(root, 'etc/rules/real'), 0o600);
    fs.symlinkSync('real', join(root, 'etc/rules/link'));
    const [link] = [join(root, 'etc/rules/link')];
    expect(await disk.digest([link], forever)).toMatchObject([{ ok: false, failure: { code: 'ELOOP' } }]);
    expect(await disk.steps([{ do: 'chmod', path: link, mode: 0o777 }])).toMatchObject([
      { ok: false, failure: { code: 'ELOOP' } },
    ]);
    await expect(disk.read(link, 100)).rejects.toThrow('symlink');
  });
});
