/** What every disk promises, real or simulated. Knows no test framework: `describe`, `it` and `equal` come in. */
import { createHash } from 'node:crypto';
import type { Disk, DiskStep, FileStat } from '../disk.ts';

export interface TestFramework {
  readonly describe: (title: string, body: () => void) => void;
  readonly it: (title: string, body: () => Promise<void>) => void;
  /** Deep equality; throws when it does not hold. */
  readonly equal: (actual: unknown, expected: unknown) => void;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const blake = (content: Uint8Array): string => createHash('blake2b512').update(content).digest('hex');
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const never = new AbortController().signal;

/** `open` gives a disk and the absolute path of an empty folder of it, new for each test. */
export function diskCompliance(
  name: string,
  { describe, it, equal }: TestFramework,
  open: () => Promise<{ readonly disk: Disk; readonly folder: string }>,
): void {
  const step = async (disk: Disk, one: DiskStep): Promise<string> => {
    const [outcome] = await disk.steps([one]);
    return outcome?.ok === false ? outcome.failure.code : 'ok';
  };

  describe(`${name} as a disk`, () => {
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
  });
}
