import type { Digested, DiskStep, FileStat } from '@muster/tree';
import { bytes, openRig, text } from './rig.ts';

type Rig = ReturnType<typeof openRig>;
const never = new AbortController().signal;
const code = (error: unknown): unknown => (error as { code?: unknown }).code;

function prepared(): Rig {
  const rig = openRig();
  for (const name of ['a', 'b']) rig.files.write(`/r/${name}`, bytes('content'), 'operator');
  rig.files.settle();
  return rig;
}

const codesOf = (all: unknown): unknown[] =>
  (all as readonly { ok?: boolean; code?: string; failure?: { code: string } }[]).map(
    (one) => one.failure?.code ?? one.code ?? 'ok',
  );

async function stageOne({ disk, done }: Rig, path: string, pieces: readonly string[]): Promise<unknown[]> {
  const stager = await disk.openStager();
  stager.begin({ path, mode: 0o660, size: pieces.join('').length });
  for (const piece of pieces) await done(stager.write(bytes(piece)));
  return codesOf(await done(stager.finish()));
}

describe('a fault that is set', () => {
  it('meets the operations and the paths it is meant for, and no other', async () => {
    const { disk, files, done } = prepared();
    const set = (
      ...operations: ('list' | 'stat' | 'digest' | 'read' | 'rename' | 'unlink' | 'mkdir' | 'chmod' | 'sync')[]
    ) => {
      files.faults.failures = [{ below: '/r/a', operations, code: 'EIO', probability: 1 }];
    };
    set('digest');
    expect(codesOf(await done(disk.digest(['/r/a', '/r/b'], never)))).toEqual(['EIO', 'ok']);
    set('read');
    expect(await done(disk.read('/r/a', 9).catch(code))).toBe('EIO');
    expect(text((await done(disk.read('/r/b', 9))) as Uint8Array)).toBe('content');
    expect(await done(disk.openReader('/r/a').catch(code))).toBe('EIO');
    set('stat');
    expect(codesOf(await done(disk.stat(['/r/a', '/r/b'])))).toEqual(['EIO', 'ok']);
    expect(codesOf(await done(disk.list(['/r'])))).toEqual(['EIO']);
    set('list');
    expect(codesOf(await done(disk.list(['/r'])))).toEqual(['ok']);
    const steps: DiskStep[] = [
      { do: 'chmod', path: '/r/a', mode: 0o600 },
      { do: 'rename', from: '/r/b', to: '/r/a' },
      { do: 'unlink', path: '/r/a' },
      { do: 'make-directory', path: '/r/a', mode: 0o700 },
      { do: 'remove-directory', path: '/r/a' },
    ];
    set('chmod');
    expect(codesOf(await done(disk.steps(steps.slice(0, 1))))).toEqual(['EIO']);
    set('rename', 'unlink');
    expect(codesOf(await done(disk.steps(steps.slice(0, 3))))).toEqual(['ok', 'EIO', 'EIO']);
    set('mkdir');
    expect(codesOf(await done(disk.steps(steps.slice(1))))).toEqual(['ok', 'ok', 'EIO', 'ENOENT']);
    set('sync');
    expect(await done(disk.sync([], ['/r']).then(() => 'synced'))).toBe('synced');
  });

  it('of a sync rejects it, also that of many, and one of permission ends in a sync of everything', async () => {
    const { disk, files, done } = prepared();
    const many = Array.from({ length: 20 }, () => '/r/a');
    files.write('/r/a', bytes('other'), 'operator');
    files.faults.failures = [{ below: '/r', operations: ['sync'], code: 'EIO', probability: 1 }];
    expect(await done(disk.sync(['/r/a'], ['/r']).catch(code))).toBe('EIO');
    expect(await done(disk.sync(many, ['/r']).catch(code))).toBe('EIO');
    expect(await done(disk.replace('/r/a', bytes('new'), 0o600).catch(code))).toBe('EIO');
    expect([text(files.read('/r/a')), text(files.read('/r/a.new'))]).toEqual(['other', 'new']);
    files.faults.failures = [{ below: '/r', operations: ['sync'], code: 'EACCES', probability: 1 }];
    expect(await done(disk.sync(['/r/a'], ['/r']).then(() => 'synced'))).toBe('synced');
    expect(files.volume.pending.length + files.volume.dirty.size).toBe(0);
  });

  it('of a directory shows in its listing', async () => {
    const { disk, files, done } = prepared();
    files.faults.failures = [{ below: '/r', operations: ['list'], code: 'EACCES', probability: 1 }];
    expect(await done(disk.list(['/r']))).toEqual([
      { ok: false, directory: '/r', failure: { code: 'EACCES', path: '/r' } },
    ]);
  });

  it('comes as often as its probability says', async () => {
    const { disk, files, done } = prepared();
    files.faults.failures = [{ below: '/r/a', operations: ['stat'], code: 'EIO', probability: 0.25 }];
    const codes = codesOf(await done(disk.stat(Array.from({ length: 1_000 }, () => '/r/a'))));
    const failed = codes.filter((one) => one === 'EIO').length;
    expect(failed).toBeGreaterThan(200);
    expect(failed).toBeLessThan(300);
  });

  it('is gone when it is taken away', async () => {
    const { disk, files, done } = prepared();
    files.faults.failures = [{ below: '/', operations: 'all', code: 'EIO', probability: 1 }];
    expect(codesOf(await done(disk.stat(['/r/a'])))).toEqual(['EIO']);
    files.faults.failures = [];
    expect(codesOf(await done(disk.stat(['/r/a'])))).toEqual(['ok']);
  });
});

describe('a full disk', () => {
  it('refuses a staged file in its middle, leaves nothing of it, and takes it once there is space', async () => {
    const rig = prepared();
    rig.files.faults.freeBytes = 6;
    expect(await stageOne(rig, '/r/new', ['1234', '5678'])).toEqual(['ENOSPC']);
    expect([rig.files.exists('/r/new'), rig.files.faults.freeBytes]).toEqual([false, 6]);
    rig.files.remove('/r/b', 'operator');
    expect(rig.files.faults.freeBytes).toBe(13);
    expect(await stageOne(rig, '/r/new', ['1234', '5678'])).toEqual(['ok']);
  });

  it('leaves the temporary file of a replacement, and the file as it was', async () => {
    const { disk, files, done } = prepared();
    files.faults.freeBytes = 2;
    expect(await done(disk.replace('/r/a', bytes('12345'), 0o600).catch(code))).toBe('ENOSPC');
    expect([text(files.read('/r/a')), text(files.read('/r/a.new'))]).toEqual(['content', '12']);
    expect(codesOf(await done(disk.steps([{ do: 'make-directory', path: '/r/d', mode: 0o700 }])))).toEqual(['ENOSPC']);
  });
});

describe('a file that is written to', () => {
  const large = (letter: string): Uint8Array => bytes(letter.repeat(1_000_000));

  it('while it is digested is digested again, and is CHANGED when it happens three times', async () => {
    const { disk, files, done, timeline } = openRig();
    files.write('/r/a', large('a'), 'operator');
    files.faults.latency = { minMs: 1, maxMs: 1, perFileMs: 0, perPieceMs: 10 };
    const change = (atMs: number, letter: string): void =>
      void timeline.after(atMs, 'edit', () => files.write('/r/a', large(letter), 'operator'));
    change(20, 'b');
    const [again] = (await done(disk.digest(['/r/a'], never))) as Digested[];
    const [calm] = (await done(disk.digest(['/r/a'], never))) as Digested[];
    expect(again).toEqual(calm);
    for (const [index, letter] of ['c', 'd', 'e', 'f', 'g', 'h'].entries()) change(20 + index * 20, letter);
    expect(codesOf(await done(disk.digest(['/r/a'], never)))).toEqual(['CHANGED']);
  });

  it('within one tick of the clock keeps its stat, so that a mixture is digested', async () => {
    const { disk, files, done, timeline } = openRig();
    files.write('/r/a', large('a'), 'operator');
    files.faults.latency = { minMs: 0, maxMs: 0, perFileMs: 0, perPieceMs: 0.5 };
    timeline.after(1, 'edit', () => files.write('/r/a', large('b'), 'operator'));
    const [mixed] = (await done(disk.digest(['/r/a'], never))) as Digested[];
    const [calm] = (await done(disk.digest(['/r/a'], never))) as Digested[];
    expect(mixed?.ok === true && calm?.ok === true && mixed.digest !== calm.digest).toBe(true);
    expect((mixed as { stat: unknown }).stat).toEqual((calm as { stat: unknown }).stat);
  });

  it('in place is seen by a reader in its middle; one that was renamed over is read to its end', async () => {
    for (const [how, expected] of [
      ['write', 'aaab'],
      ['replace', 'aaaa'],
    ] as const) {
      const { disk, files, done } = openRig();
      files.write('/r/a', bytes('aaaa'), 'operator');
      const reader = (await done(disk.openReader('/r/a'))) as Exclude<
        Awaited<ReturnType<typeof disk.openReader>>,
        string
      >;
      expect(disk.open()).toBe(1);
      const first = text((await done(reader.read(3))) as Uint8Array);
      files[how]('/r/a', bytes('bbbb'), 'operator');
      expect(`${first}${text((await done(reader.read(3))) as Uint8Array)}`).toBe(expected);
      await done(reader.close());
      expect([disk.open(), await done(reader.read(1).catch(code))]).toEqual([0, 'EBADF']);
    }
  });

  it('behind the back of its mtime shows in its ctime alone', async () => {
    const { disk, files, done, pass } = prepared();
    const stat = async () => ((await done(disk.stat(['/r/a']))) as readonly FileStat[])[0]!;
    const before = await stat();
    await pass(100);
    expect(files.writeUnseen('/r/a', bytes('CONTENT'), 'operator')).toBe(true);
    expect(files.writeUnseen('/r/a', bytes('longer content'), 'operator')).toBe(false);
    const after = await stat();
    expect([after.mtimeNs, after.size]).toEqual([before.mtimeNs, before.size]);
    expect(after.ctimeNs > before.ctimeNs).toBe(true);
  });
});

describe('a batch that is interrupted', () => {
  it('lets operators and other batches come in between', async () => {
    const { disk, files, done, timeline } = prepared();
    files.faults.yieldAfterStep = 1;
    files.faults.latency = { minMs: 1, maxMs: 1, perFileMs: 0 };
    const seen: string[] = [];
    files.onChange(({ by, path }) => seen.push(`${by} ${path}`));
    const make = (name: string) =>
      disk.steps(
        Array.from({ length: 8 }, (_, n) => ({ do: 'make-directory' as const, path: `/r/${name}${n}`, mode: 0o755 })),
      );
    const both = Promise.all([make('x'), make('y')]);
    timeline.after(4, 'edit', () => files.write('/r/edited', bytes('x'), 'operator'));
    await done(both);
    const order = seen.map((one) => one.replace(/.*\/(.).*/, '$1')).join('');
    expect(order).toMatch(/x.*y.*x/);
    expect(order).toMatch(/[xy].*e.*[xy]/);
  });

  it('ends a digest at once when it is aborted', async () => {
    const { disk, files, done, timeline } = prepared();
    files.faults.yieldAfterStep = 1;
    files.faults.latency = { minMs: 100, maxMs: 100, perFileMs: 0 };
    const abort = new AbortController();
    const digests = disk.digest(['/r/a', '/r/b'], abort.signal).catch((error: unknown) => [error, timeline.now()]);
    timeline.after(10, 'abort', () => abort.abort('stop'));
    expect(await done(digests)).toEqual(['stop', 10]);
  });

  it('tells nothing of a staged file that lost its name, and digests it all the same', async () => {
    const rig = prepared();
    const { disk, files, done } = rig;
    files.makeDirectory('/r/d', 'operator');
    const told: string[] = [];
    const stager = await disk.openStager();
    stager.begin({ path: '/r/d/new', mode: 0o660, size: 2 << 20 });
    await done(stager.write(new Uint8Array(1 << 20)));
    await rig.pass(10);
    files.remove('/r/d', 'operator');
    files.onChange(({ kind, path }) => told.push(`${kind} ${path}`));
    await done(stager.write(new Uint8Array(1 << 20)));
    expect([codesOf(await done(stager.finish())), told, disk.open()]).toEqual([['ok'], [], 0]);
  });
});
