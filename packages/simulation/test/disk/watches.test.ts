import { type FileStat, WatchExhausted } from '@muster/tree';
import { bytes, openRig } from './rig.ts';

type Rig = ReturnType<typeof openRig>;

function watching({ disk, pass }: Rig, directory: string) {
  let told: string[] = [];
  const watch = disk.watch(
    directory,
    (name) => told.push(name ?? '?'),
    (error) => told.push(`failed: ${(error as Error & { code?: string }).code}`),
  );
  /** What it told since it was asked last. */
  const heard = async (): Promise<string[]> => {
    await pass(1);
    const all = told;
    told = [];
    return all;
  };
  return { watch, heard };
}

function prepared(): Rig {
  const rig = openRig();
  rig.files.write('/r/d/a', bytes('a'), 'operator');
  rig.files.write('/r/d/e/b', bytes('b'), 'operator');
  return rig;
}

describe('a watch', () => {
  it('tells names that come, go, move or change, of its own directory alone', async () => {
    const rig = prepared();
    const { files, disk, done } = rig;
    const { heard } = watching(rig, '/r/d');
    files.write('/r/d/new', bytes('new'), 'operator');
    expect(await heard()).toEqual(['new']);
    files.write('/r/d/a', bytes('other'), 'operator');
    expect(await heard()).toEqual(['a']);
    files.chmod('/r/d/a', 0o600, 'operator');
    expect(await heard()).toEqual(['a']);
    files.rename('/r/d/a', '/r/d/c', 'operator');
    expect(await heard()).toEqual(['a', 'c']);
    files.remove('/r/d/c', 'operator');
    expect(await heard()).toEqual(['c']);
    files.write('/r/d/e/b', bytes('below'), 'operator');
    files.write('/r/beside', bytes('beside'), 'operator');
    expect(await heard()).toEqual([]);
    await done(disk.replace('/r/d/z', bytes('z'), 0o600));
    expect(await heard()).toEqual(['z.new', 'z']);
    files.chmod('/r/d', 0o700, 'operator');
    expect(await heard()).toEqual(['d']);
  });

  it('fails when its directory goes or moves, or is exchanged', async () => {
    for (const end of [
      ({ files }: Rig) => files.remove('/r/d', 'operator'),
      ({ files }: Rig) => files.rename('/r/d', '/r/f', 'operator'),
      ({ files }: Rig) => files.unmount('/r/d', 'operator'),
    ]) {
      const rig = prepared();
      const { heard } = watching(rig, '/r/d');
      end(rig);
      expect((await heard()).slice(-2)).toEqual(['d', 'failed: ENOENT']);
      expect([rig.disk.watches(), rig.files.volume.watches]).toEqual([0, 0]);
    }
  });

  it('follows its directory, not its path: what is above may move unnoticed', async () => {
    const rig = prepared();
    const { heard } = watching(rig, '/r/d/e');
    rig.files.rename('/r/d', '/r/f', 'operator');
    expect(await heard()).toEqual([]);
    rig.files.write('/r/f/e/new', bytes('new'), 'operator');
    expect(await heard()).toEqual(['new']);
  });

  it('is refused beyond the most, of all processes of the machine, and may be had again when one is closed', () => {
    const { files, disk, start, host } = prepared();
    files.faults.maxWatches = 2;
    const watch = (on = disk) =>
      on.watch(
        '/r/d',
        () => {},
        () => {},
      );
    const first = watch();
    const other = start();
    watch(other.disk);
    expect(() => watch()).toThrow(WatchExhausted);
    first.close();
    first.close();
    watch();
    host.kill();
    expect([other.disk.watches(), files.volume.watches]).toEqual([1, 1]);
    expect(() =>
      disk.watch(
        '/r/nowhere',
        () => {},
        () => {},
      ),
    ).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('may tell late, twice, or never', async () => {
    const rig = prepared();
    const { heard } = watching(rig, '/r/d');
    const edit = (): boolean => rig.files.write('/r/d/a', bytes('other'), 'operator');
    rig.files.faults.hints = { maxLateMs: 0, lost: 1, twice: 0 };
    edit();
    expect(await heard()).toEqual([]);
    rig.files.faults.hints = { maxLateMs: 0, lost: 0, twice: 1 };
    edit();
    expect(await heard()).toEqual(['a', 'a']);
    rig.files.faults.hints = { maxLateMs: 1_000, lost: 0, twice: 0 };
    edit();
    expect(await heard()).toEqual([]);
    await rig.pass(1_000);
    expect(await heard()).toEqual(['a']);
  });

  it('loses what a full queue does not take, also of the other watches of its process', async () => {
    const rig = prepared();
    const [one, other] = [watching(rig, '/r/d'), watching(rig, '/r/d/e')];
    rig.files.faults.hints = { maxLateMs: 0, lost: 0, twice: 0, queued: 3 };
    for (let n = 0; n < 5; n++) rig.files.write(`/r/d/${n}`, bytes('x'), 'operator');
    rig.files.write('/r/d/e/b', bytes('x'), 'operator');
    expect(await one.heard()).toEqual(['0', '1', '2']);
    expect(await other.heard()).toEqual([]);
    expect(rig.disk.overflown()).toBeGreaterThanOrEqual(3);
    rig.files.write('/r/d/e/b', bytes('x'), 'operator');
    expect(await other.heard()).toEqual(['b']);
  });
});

describe('a directory that is unmounted', () => {
  it('is empty and lies on another device, until it is mounted again with all that it held', async () => {
    const { files, disk, done } = prepared();
    const look = async () => {
      const [listing] = (await done(disk.list(['/r/d']))) as Awaited<ReturnType<typeof disk.list>>;
      const [stat] = (await done(disk.stat(['/r/d']))) as readonly FileStat[];
      return [listing?.ok === true && listing.names, stat!.device] as const;
    };
    const [names, device] = await look();
    expect(files.unmount('/r/d', 'fault')).toBe(true);
    expect(files.unmount('/r/d', 'fault')).toBe(false);
    const [none, other] = await look();
    expect([none, other === device]).toEqual([[], false]);
    files.write('/r/d/meanwhile', bytes('x'), 'operator');
    expect(files.rename('/r/d/meanwhile', '/r/out', 'operator')).toBe(false);
    expect(files.mount('/r/d', 'fault')).toBe(true);
    expect(files.mount('/r/d', 'fault')).toBe(false);
    expect(await look()).toEqual([names, device]);
    expect(files.filesBelow('/r/d').map(([path]) => path)).toEqual(['/r/d/a', '/r/d/e/b']);
    files.unmount('/r/d', 'fault');
    expect(await look()).toEqual([['meanwhile'], other]);
  });
});

describe('a name', () => {
  it('that is no UTF-8, or too long for the system, shows as on the real disk', async () => {
    const { files, disk, done } = prepared();
    files.write('/r/d/bad\udcff\\é', bytes('x'), 'operator');
    expect(files.write(`/r/d/${'n'.repeat(256)}`, bytes('x'), 'operator')).toBe(false);
    const [listing] = (await done(disk.list(['/r/d']))) as Awaited<ReturnType<typeof disk.list>>;
    expect(listing?.ok === true && [listing.names, listing.notUtf8]).toEqual([['a', 'e'], ['bad\\xff\\x5c\\xc3\\xa9']]);
  });
});
