import type { FileStat } from '../disk.ts';
import { blake, bytes, codeOf, type OpenDisk, type TestFramework } from './framework.ts';

const never = new AbortController().signal;

/** What every disk promises of reading, syncing and watching. */
export function readingCompliance({ it, equal }: TestFramework, open: OpenDisk): void {
  it('lists names sorted, with the stats of each', async () => {
    const { disk, folder } = await open();
    for (const file of ['b', 'a', 'B']) await disk.replace(`${folder}/${file}`, bytes(file.repeat(3)), 0o640);
    await disk.steps([{ do: 'make-directory', path: `${folder}/c/d`, mode: 0o770 }]);
    const [listing, missing] = await disk.list([folder, `${folder}/nowhere`]);
    if (listing?.ok !== true) throw new Error('not listed');
    equal(listing.names, ['B', 'a', 'b', 'c']);
    const stats = listing.names.map((_, index) => listing.stats.at(index));
    equal(
      stats.map(({ kind }) => kind),
      ['file', 'file', 'file', 'directory'],
    );
    equal([stats[1]!.size, stats[1]!.mode, stats[3]!.mode], [3, 0o640, 0o770]);
    equal(missing, {
      ok: false,
      directory: `${folder}/nowhere`,
      failure: { code: 'ENOENT', path: `${folder}/nowhere` },
    });
  });

  it('shows a change of content in the stat, and equal stats otherwise', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('one'), 0o600);
    const packed = async (): Promise<string> => {
      const [listing] = await disk.list([folder]);
      return listing?.ok === true ? listing.stats.packed.join() : 'not listed';
    };
    const before = await packed();
    equal(await packed(), before);
    await disk.replace(`${folder}/a`, bytes('two'), 0o600);
    equal((await packed()) === before, false);
  });

  it('digests with BLAKE2b-512, file by file', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('content'), 0o600);
    const [good, gone, folderItself] = await disk.digest([`${folder}/a`, `${folder}/b`, folder], never);
    equal(good?.ok === true && [good.digest, good.stat.size], [blake(bytes('content')), 7]);
    equal(gone?.ok === false && gone.failure.code, 'ENOENT');
    equal(folderItself?.ok === false && folderItself.failure.code, 'NOT_A_FILE');
  });

  it('reads small files, tells a missing one, refuses one that is too large', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('content'), 0o600);
    equal(Buffer.from((await disk.read(`${folder}/a`, 7)) ?? []).toString(), 'content');
    equal(await disk.read(`${folder}/b`, 7), undefined);
    equal(await disk.read(`${folder}/a`, 6).catch(codeOf), 'TOO_LARGE');
  });

  it('reads a file piece by piece', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('abcdefg'), 0o600);
    const reader = await disk.openReader(`${folder}/a`);
    const pieces: string[] = [];
    for (let piece = await reader.read(3); piece.length > 0; piece = await reader.read(3))
      pieces.push(Buffer.from(piece).toString());
    await reader.close();
    equal([reader.stat.size, pieces], [7, ['abc', 'def', 'g']]);
    equal(await disk.openReader(`${folder}/b`).catch(codeOf), 'ENOENT');
  });

  it('lists an empty directory as empty, and says of a file that it is no directory', async () => {
    const { disk, folder } = await open();
    const [empty] = await disk.list([folder]);
    equal(empty?.ok === true && [empty.names, empty.notUtf8, empty.stats.packed.length], [[], [], 0]);
    await disk.replace(`${folder}/a`, bytes('a'), 0o600);
    const [listing] = await disk.list([`${folder}/a`]);
    equal(listing?.ok === false && listing.failure, { code: 'ENOTDIR', path: `${folder}/a` });
  });

  it('tells the stat of each path, or why not', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('abc'), 0o640);
    const [file, directory, gone, below] = await disk.stat([`${folder}/a`, folder, `${folder}/b`, `${folder}/a/b`]);
    equal([(file as FileStat).kind, (file as FileStat).size, (file as FileStat).mode], ['file', 3, 0o640]);
    equal((directory as FileStat).kind, 'directory');
    equal(gone, { code: 'ENOENT', path: `${folder}/b` });
    equal(below, { code: 'ENOTDIR', path: `${folder}/a/b` });
  });

  it('tells where a path leads, or why nowhere', async () => {
    const { disk, folder } = await open();
    await disk.replace(`${folder}/a`, bytes('a'), 0o600);
    const [base, file, gone] = await disk.realpath([folder, `${folder}/a`, `${folder}/b`]);
    equal(file, `${String(base)}/a`);
    equal(gone, { code: 'ENOENT', path: `${folder}/b` });
  });

  it('rejects a digest that is aborted before it begins', async () => {
    const { disk, folder } = await open();
    const reason = new Error('stop');
    const aborted = await disk.digest([`${folder}/a`], AbortSignal.abort(reason)).catch((error: unknown) => error);
    equal(aborted, reason);
  });

  it('syncs few and many, also what is gone or something else by now', async () => {
    const { disk, folder } = await open();
    const files = Array.from({ length: 40 }, (_, index) => `${folder}/${index}`);
    for (const file of files.slice(0, 30)) await disk.replace(file, bytes('a'), 0o600);
    await disk.sync(files, [folder]);
    await disk.sync([`${folder}/0/below`, `${folder}/1`], [`${folder}/2/below`, `${folder}/gone`, folder]);
    await disk.sync([], []);
  });

  it('refuses to watch what is not there, and says nothing after a close', async () => {
    const { disk, folder } = await open();
    let code: unknown;
    try {
      disk
        .watch(
          `${folder}/nowhere`,
          () => {},
          () => {},
        )
        .close();
    } catch (error) {
      code = codeOf(error);
    }
    equal(code, 'ENOENT');
    let hints = 0;
    const closed = disk.watch(
      folder,
      () => hints++,
      () => {},
    );
    closed.close();
    let watch: { close(): void } | undefined;
    const hinted = new Promise<void>((resolve, reject) => {
      watch = disk.watch(folder, () => resolve(), reject);
    });
    await disk.replace(`${folder}/a`, bytes('a'), 0o600);
    await hinted;
    watch?.close();
    equal(hints, 0);
  });

  it('lets others in', async () => {
    const { disk } = await open();
    let others = false;
    setTimeout(() => {
      others = true;
    }, 0);
    for (let turns = 0; turns < 1_000_000 && !others; turns++) await disk.turn();
    equal(others, true);
  });

  it('hints at changes in a watched directory', async () => {
    const { disk, folder } = await open();
    let watch: { close(): void } | undefined;
    const hinted = new Promise<void>((resolve, reject) => {
      watch = disk.watch(folder, () => resolve(), reject);
    });
    await disk.replace(`${folder}/a`, bytes('a'), 0o600);
    await hinted;
    watch?.close();
  });
}
