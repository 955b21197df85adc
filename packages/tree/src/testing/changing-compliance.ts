import type { Disk, DiskStep, FileStat } from '../disk.ts';
import { blake, bytes, codeOf, type OpenDisk, type TestFramework } from './framework.ts';

/** What every disk promises of changes and of staging. */
export function changingCompliance({ it, equal }: TestFramework, open: OpenDisk): void {
  const step = async (disk: Disk, one: DiskStep): Promise<string> => {
    const [outcome] = await disk.steps([one]);
    return outcome?.ok === false ? outcome.failure.code : 'ok';
  };

  it('stages files in order and tells of each its digest, its mode, or why it failed', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/taken`, bytes('before'), 0o600);
    const stager = await disk.openStager();
    const write = async (path: string, size: number, content: string): Promise<void> => {
      stager.begin({ path: `${folder}/${path}`, mode: 0o660, size });
      await stager.write(bytes(content));
    };
    await write('a', 7, 'content');
    await write('taken', 1, 'x');
    await write('nowhere/a', 1, 'x');
    await write('short', 2, 'x');
    await write('long', 1, 'xx');
    stager.begin({ path: `${folder}/empty`, mode: 0o660, size: 0 });
    const staged = await stager.finish();
    const [failedAs, ok] = [staged.map((one) => (one.ok ? 'ok' : one.failure.code)), staged[0]];
    equal(failedAs, ['ok', 'EEXIST', 'ENOENT', 'SIZE_MISMATCH', 'SIZE_MISMATCH', 'ok']);
    equal(ok?.ok === true && [ok.digest, ok.stat.mode, ok.stat.size], [blake(bytes('content')), 0o660, 7]);
    const [listing] = await disk.list([folder]);
    equal(listing?.ok === true && listing.names, ['a', 'empty', 'taken']);
    equal(Buffer.from((await disk.read(`${folder}/taken`, 100)) ?? []).toString(), 'before');
  });

  it('leaves nothing of an aborted stage', async () => {
    const { disk, folder } = await open();
    const stager = await disk.openStager();
    for (const path of ['a', 'b']) {
      stager.begin({ path: `${folder}/${path}`, mode: 0o660, size: 7 });
      await stager.write(bytes('content'));
    }
    await stager.abort();
    await stager.abort();
    const [listing] = await disk.list([folder]);
    equal(listing?.ok === true && listing.names, []);
  });

  it('takes steps one by one and goes on after a failure', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('a'), 0o600);
    await disk.steps([{ do: 'make-directory', path: `${folder}/d`, mode: 0o770 }]);
    equal(await step(disk, { do: 'rename', from: `${folder}/nowhere`, to: `${folder}/d/b` }), 'ENOENT');
    equal(await step(disk, { do: 'rename', from: `${folder}/a`, to: `${folder}/d` }), 'EISDIR');
    equal(await step(disk, { do: 'rename', from: `${folder}/a`, to: `${folder}/d/b` }), 'ok');
    equal(await step(disk, { do: 'remove-directory', path: `${folder}/d` }), 'ENOTEMPTY');
    equal(await step(disk, { do: 'make-directory', path: `${folder}/d`, mode: 0o770 }), 'ok');
    equal(await step(disk, { do: 'chmod', path: `${folder}/d/b`, mode: 0o644 }), 'ok');
    equal(((await disk.stat([`${folder}/d/b`]))[0] as FileStat).mode, 0o644);
    equal(await step(disk, { do: 'unlink', path: `${folder}/d/b` }), 'ok');
    equal(await step(disk, { do: 'unlink', path: `${folder}/d/b` }), 'ENOENT');
    equal(await step(disk, { do: 'remove-directory', path: `${folder}/d` }), 'ok');
    await disk.sync([`${folder}/gone`], [folder]);
  });

  it('replaces a file whole, with its mode, and tells of a folder that is not there', async () => {
    const { disk, folder } = await open();
    for (const content of ['longer before', 'now']) await disk.replace(`${folder}/a`, bytes(content), 0o640);
    equal(Buffer.from((await disk.read(`${folder}/a`, 100)) ?? []).toString(), 'now');
    const [listing] = await disk.list([folder]);
    equal(listing?.ok === true && [listing.names, listing.stats.at(0).mode], [['a'], 0o640]);
    equal(await disk.replace(`${folder}/nowhere/a`, bytes('a'), 0o600).catch(codeOf), 'ENOENT');
    equal(await disk.openReader(folder).catch(codeOf), 'NOT_A_FILE');
    equal(await disk.read(folder, 10).catch(codeOf), 'NOT_A_FILE');
  });

  it('renames over a file, never a directory; keeps what it renames the same file', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('a'), 0o600);
    await disk.replace(`${folder}/b`, bytes('b'), 0o600);
    await disk.steps([{ do: 'make-directory', path: `${folder}/d/e`, mode: 0o770 }]);
    const [before] = await disk.stat([`${folder}/a`]);
    const [renamed] = await disk.steps([{ do: 'rename', from: `${folder}/a`, to: `${folder}/b` }]);
    const stat = renamed?.ok === true ? renamed.stat : undefined;
    equal([stat?.inode, stat?.mtimeNs], [(before as FileStat).inode, (before as FileStat).mtimeNs]);
    equal(Buffer.from((await disk.read(`${folder}/b`, 10)) ?? []).toString(), 'a');
    equal(await step(disk, { do: 'rename', from: `${folder}/d`, to: `${folder}/f` }), 'EISDIR');
    equal(await step(disk, { do: 'rename', from: `${folder}/b`, to: `${folder}/nowhere/b` }), 'ENOENT');
    equal(await step(disk, { do: 'rename', from: `${folder}/b`, to: `${folder}/b/c` }), 'ENOTDIR');
  });

  it('refuses with a code what a step cannot be done to', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('a'), 0o600);
    await disk.steps([{ do: 'make-directory', path: `${folder}/d`, mode: 0o770 }]);
    equal(await step(disk, { do: 'unlink', path: `${folder}/d` }), 'EISDIR');
    equal(await step(disk, { do: 'remove-directory', path: `${folder}/a` }), 'ENOTDIR');
    equal(await step(disk, { do: 'remove-directory', path: `${folder}/b` }), 'ENOENT');
    equal(await step(disk, { do: 'make-directory', path: `${folder}/a`, mode: 0o770 }), 'EEXIST');
    equal(await step(disk, { do: 'make-directory', path: `${folder}/a/b`, mode: 0o770 }), 'ENOTDIR');
    equal(await step(disk, { do: 'chmod', path: `${folder}/d`, mode: 0o600 }), 'NOT_A_FILE');
    equal(await step(disk, { do: 'chmod', path: `${folder}/b`, mode: 0o600 }), 'ENOENT');
    const [stat] = await disk.stat([`${folder}/a`]);
    const { uid, gid } = stat as FileStat;
    equal(await step(disk, { do: 'chown', path: `${folder}/a`, owner: { uid, gid } }), 'ok');
    equal(await step(disk, { do: 'chown', path: `${folder}/d`, owner: { uid, gid } }), 'NOT_A_FILE');
  });

  it('sets the mtime of a file to the millisecond, and no other thing of it', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('content'), 0o640);
    await disk.steps([{ do: 'make-directory', path: `${folder}/d`, mode: 0o770 }]);
    for (const mtimeMs of [1_767_225_600_123, 1_767_225_600_999, 1_767_225_601_000, 999, 0]) {
      const [set] = await disk.steps([{ do: 'set-mtime', path: `${folder}/a`, mtimeMs }]);
      const [stat] = (await disk.stat([`${folder}/a`])) as [FileStat];
      equal(set, { ok: true, stat });
      equal([stat.mtimeNs / 1_000_000n, stat.size, stat.mode], [BigInt(mtimeMs), 7, 0o640]);
    }
    await disk.steps([{ do: 'rename', from: `${folder}/a`, to: `${folder}/b` }]);
    equal(((await disk.stat([`${folder}/b`]))[0] as FileStat).mtimeNs / 1_000_000n, 0n);
    equal(await step(disk, { do: 'set-mtime', path: `${folder}/d`, mtimeMs: 1 }), 'NOT_A_FILE');
    equal(await step(disk, { do: 'set-mtime', path: `${folder}/a`, mtimeMs: 1 }), 'ENOENT');
  });

  it('makes parents too, with the mode, and takes steps of one batch in order', async () => {
    const { disk, folder } = await open();
    const outcomes = await disk.steps([
      { do: 'make-directory', path: `${folder}/x/y`, mode: 0o700 },
      { do: 'remove-directory', path: `${folder}/x` },
      { do: 'remove-directory', path: `${folder}/x/y` },
      { do: 'remove-directory', path: `${folder}/x` },
      { do: 'make-directory', path: `${folder}/x/y/z`, mode: 0o770 },
    ]);
    equal(
      outcomes.map((one) => (one.ok ? 'ok' : one.failure.code)),
      ['ok', 'ENOTEMPTY', 'ok', 'ok', 'ok'],
    );
    const stats = await disk.stat(['x', 'x/y', 'x/y/z'].map((path) => `${folder}/${path}`));
    equal(
      stats.map((stat) => (stat as FileStat).mode),
      [0o770, 0o770, 0o770],
    );
  });

  it('refuses a step, or a staged file, when a directory on its way down is none', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('a'), 0o600);
    await disk.replace(`${folder}/f`, bytes('f'), 0o600);
    await disk.steps([{ do: 'make-directory', path: `${folder}/d/e`, mode: 0o770 }]);
    const within = folder;
    equal(await step(disk, { do: 'rename', from: `${folder}/a`, to: `${folder}/f/b`, within }), 'ENOTDIR');
    equal(await step(disk, { do: 'rename', from: `${folder}/a`, to: `${folder}/nowhere/b`, within }), 'ENOENT');
    equal(await step(disk, { do: 'unlink', path: `${folder}/f/b`, within }), 'ENOTDIR');
    equal(await step(disk, { do: 'make-directory', path: `${folder}/f/b`, mode: 0o770, within }), 'ENOTDIR');
    equal(await step(disk, { do: 'make-directory', path: `${folder}/new/b`, mode: 0o770, within }), 'ok');
    equal(await step(disk, { do: 'rename', from: `${folder}/a`, to: `${folder}/d/e/b`, within }), 'ok');
    const stager = await disk.openStager();
    for (const path of ['f/b', 'nowhere/b', 'd/e/c']) {
      stager.begin({ path: `${folder}/${path}`, mode: 0o600, size: 1, within });
      await stager.write(bytes('x'));
    }
    equal(
      (await stager.finish()).map((one) => (one.ok ? 'ok' : one.failure.code)),
      ['ENOTDIR', 'ENOENT', 'ok'],
    );
  });

  it('stages in pieces, of several directories, and may end without a file', async () => {
    const { disk, folder } = await open();
    await disk.steps(['x', 'y'].map((name) => ({ do: 'make-directory', path: `${folder}/${name}`, mode: 0o770 })));
    const stager = await disk.openStager();
    for (const path of ['x/1', 'y/1', 'x/2']) {
      stager.begin({ path: `${folder}/${path}`, mode: 0o600, size: 6 });
      for (const piece of ['ab', '', 'cdef']) await stager.write(bytes(piece));
    }
    const staged = await stager.finish();
    equal(
      staged.map((one) => [one.path.slice(folder.length + 1), one.ok && one.digest === blake(bytes('abcdef'))]),
      [
        ['x/1', true],
        ['y/1', true],
        ['x/2', true],
      ],
    );
    await stager.abort();
    equal(
      (await disk.stat([`${folder}/x/1`])).map((stat) => 'kind' in stat),
      [true],
    );
    const none = await disk.openStager();
    equal(await none.finish(), []);
  });
}
