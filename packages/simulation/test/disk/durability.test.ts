import fc from 'fast-check';
import { openDice } from '../../src/dice.ts';
import { bytes, openRig, text } from './rig.ts';

const seeds = Array.from({ length: 200 }, (_, seed) => seed);
const content = 'whole content, of some length';

/** What `read` shows after each of 200 losses of power. */
async function leftAfter(prepare: (rig: ReturnType<typeof openRig>) => Promise<void>, path: string) {
  const left = new Set<string | undefined>();
  for (const seed of seeds) {
    const rig = openRig(seed);
    await prepare(rig);
    rig.files.losePower(openDice(seed));
    left.add(text(rig.files.read(path)));
  }
  return left;
}

const stage = async ({ disk, done }: ReturnType<typeof openRig>, path: string): Promise<void> => {
  const stager = await disk.openStager();
  stager.begin({ path, mode: 0o660, size: content.length });
  await done(stager.write(bytes(content)));
  await done(stager.finish());
};

const folder = (rig: ReturnType<typeof openRig>): void => {
  rig.files.makeDirectory('/r/d', 'operator');
  rig.files.settle();
};

describe('a loss of power', () => {
  it('takes nothing of what was synced, with its names', async () => {
    const left = await leftAfter(async (rig) => {
      folder(rig);
      await stage(rig, '/r/d/new');
      await rig.done(rig.disk.sync(['/r/d/new'], ['/r/d']));
      await rig.done(rig.disk.steps([{ do: 'rename', from: '/r/d/new', to: '/r/d/a' }]));
      await rig.done(rig.disk.sync(['/r/d/a'], ['/r/d']));
    }, '/r/d/a');
    expect(left).toEqual(new Set([content]));
  });

  it('takes nothing of what a sync of the whole device has reached', async () => {
    const left = await leftAfter(async (rig) => {
      folder(rig);
      await stage(rig, '/r/d/a');
      await rig.done(
        rig.disk.sync(
          Array.from({ length: 17 }, (_, index) => `/r/d/${index}`),
          ['/r/d'],
        ),
      );
    }, '/r/d/a');
    expect(left).toEqual(new Set([content]));
  });

  it('leaves a replaced file whole: the old before its rename, the new after the sync', async () => {
    const left = await leftAfter(async (rig) => {
      folder(rig);
      await rig.done(rig.disk.replace('/r/d/a', bytes('old'), 0o600));
      await rig.done(rig.disk.replace('/r/d/a', bytes('new'), 0o600));
    }, '/r/d/a');
    expect(left).toEqual(new Set(['new']));
    for (const [effects, states] of [
      [3, ['old']],
      [4, ['new', 'old']],
    ] as const) {
      const cut = await leftAfter(async (rig) => {
        folder(rig);
        await rig.done(rig.disk.replace('/r/d/a', bytes('old'), 0o600));
        rig.host.dieAtEffect(effects, () => {});
        expect(await rig.done(rig.disk.replace('/r/d/a', bytes('new'), 0o600))).toBe('never');
      }, '/r/d/a');
      expect([...cut].sort()).toEqual(states);
    }
  });

  it('never tears what was synced before it was renamed, and may take the rename back', async () => {
    const left = await leftAfter(async (rig) => {
      folder(rig);
      await stage(rig, '/r/d/new');
      await rig.done(rig.disk.sync(['/r/d/new'], ['/r/d']));
      await rig.done(rig.disk.steps([{ do: 'rename', from: '/r/d/new', to: '/r/d/a' }]));
    }, '/r/d/a');
    expect(left).toEqual(new Set([content, undefined]));
  });

  it('may leave a file empty, cut, or with zeros at its end, under its final name, when it was renamed before it was synced', async () => {
    const left = await leftAfter(async (rig) => {
      folder(rig);
      await stage(rig, '/r/d/new');
      await rig.done(rig.disk.steps([{ do: 'rename', from: '/r/d/new', to: '/r/d/a' }]));
    }, '/r/d/a');
    expect(left).toContain(undefined);
    expect(left).toContain('');
    expect(left).toContain(content);
    const torn = [...left].filter((one) => one !== undefined && one !== '' && one !== content) as string[];
    expect(torn.some((one) => content.startsWith(one))).toBe(true);
    expect(torn.some((one) => one.length === content.length && one.endsWith('\0'))).toBe(true);
    for (const one of torn) expect(content.startsWith(one.replace(/\0+$/, ''))).toBe(true);
  });

  it('takes nothing that is older than half a minute', async () => {
    const left = await leftAfter(async (rig) => {
      folder(rig);
      rig.files.write('/r/d/a', bytes(content), 'operator');
      await rig.pass(30_000);
      rig.files.write('/r/d/b', bytes(content), 'operator');
    }, '/r/d/a');
    expect(left).toEqual(new Set([content]));
  });

  it('may take back a mode that only an fdatasync followed', async () => {
    const modes = new Set<number | undefined>();
    for (const seed of seeds.slice(0, 50)) {
      const rig = openRig(seed);
      folder(rig);
      rig.files.write('/r/d/a', bytes('a'), 'operator');
      rig.files.settle();
      await rig.done(rig.disk.steps([{ do: 'chmod', path: '/r/d/a', mode: 0o600 }]));
      await rig.done(rig.disk.sync(['/r/d/a'], ['/r/d']));
      rig.files.losePower(openDice(seed));
      modes.add(rig.files.mode('/r/d/a'));
    }
    expect(modes).toEqual(new Set([0o600, 0o660]));
  });

  it('tells of every file that is another afterwards, and of no other', async () => {
    for (const seed of seeds) {
      const { files } = openRig(seed);
      const known = new Map<string, string>();
      const snapshot = () => new Map(files.filesBelow('/r').map(([path, bytes]) => [path, text(bytes)!]));
      for (const name of ['a', 'b', 'd/c', 'd/e']) files.write(`/r/${name}`, bytes(name), 'operator');
      files.settle();
      files.write('/r/a', bytes('other'), 'operator');
      files.rename('/r/b', '/r/f', 'operator');
      files.remove('/r/d', 'operator');
      files.write('/r/g/h', bytes('h'), 'operator');
      for (const [path, content] of snapshot()) known.set(path, content);
      files.onChange(({ by, kind, path }) => {
        expect(by).toBe('power');
        if (kind === 'removed')
          for (const one of known.keys()) if (one === path || one.startsWith(`${path}/`)) known.delete(one);
        if (kind === 'content') known.set(path, text(files.read(path))!);
      });
      files.losePower(openDice(seed));
      expect(known).toEqual(snapshot());
    }
  });
});

const name = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'e/a');
const action = fc.oneof(
  fc.record({ what: fc.constant('write' as const), name, content: fc.string({ minLength: 1, maxLength: 8 }) }),
  fc.record({ what: fc.constant('rename' as const), name, to: name }),
  fc.record({ what: fc.constant('remove' as const), name }),
  fc.record({ what: fc.constant('sync' as const), name }),
  fc.record({ what: fc.constant('all' as const) }),
);
type Rig = ReturnType<typeof openRig>;

async function act({ files, disk, done }: Rig, one: typeof action extends fc.Arbitrary<infer T> ? T : never) {
  if (one.what === 'write') files.write(`/r/${one.name}`, bytes(one.content), 'operator');
  else if (one.what === 'rename') files.rename(`/r/${one.name}`, `/r/${one.to}`, 'operator');
  else if (one.what === 'remove') files.remove(`/r/${one.name}`, 'operator');
  else if (one.what === 'sync')
    await done(disk.sync([`/r/${one.name}`], [`/r/${one.name}`.replace(/\/[^/]*$/, ''), '/r']));
  else files.settle();
}

describe('after any changes and a loss of power', () => {
  it('what was synced and not touched since is there, whole, under its name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 20 }), fc.nat(), async (actions, seed) => {
        const rig = openRig(seed % 1_000);
        for (const below of ['/r/d', '/r/e']) rig.files.makeDirectory(below, 'operator');
        rig.files.settle();
        const sure = new Map<string, string | undefined>();
        for (const one of actions) {
          await act(rig, one);
          if (one.what === 'sync') sure.set(one.name, text(rig.files.read(`/r/${one.name}`)));
          else if (one.what === 'all')
            for (const at of ['a', 'b', 'd/a', 'd/b', 'e/a']) sure.set(at, text(rig.files.read(`/r/${at}`)));
          else sure.delete(one.name);
          if (one.what === 'rename') sure.delete(one.to);
        }
        rig.files.losePower(openDice(seed));
        for (const [at, expected] of sure) expect([at, text(rig.files.read(`/r/${at}`))]).toEqual([at, expected]);
      }),
      { numRuns: 400 },
    );
  });

  it('no content is anywhere that was not written, but for its end; and a second loss takes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 20 }), fc.nat(), async (actions, seed) => {
        const rig = openRig();
        const written = actions.flatMap((one) => (one.what === 'write' ? [one.content] : []));
        for (const one of actions) await act(rig, one);
        rig.files.losePower(openDice(seed));
        const left = rig.files.filesBelow('/r').map(([path, content]) => [path, text(content)!] as const);
        for (const [, one] of left) expect(written.some((each) => each.startsWith(one.replace(/\0+$/, '')))).toBe(true);
        rig.files.losePower(openDice(seed + 1));
        expect(rig.files.filesBelow('/r').map(([path, content]) => [path, text(content)])).toEqual(left);
      }),
      { numRuns: 400 },
    );
  });

  it('no stat says of a torn content what it said of a whole one', async () => {
    for (const seed of seeds) {
      const { files, disk, done, pass } = openRig(seed);
      const seen = new Map<string, string>();
      const note = async (): Promise<void> => {
        for (const path of ['/r/a', '/r/b']) {
          const [stat] = (await done(disk.stat([path]))) as Awaited<ReturnType<typeof disk.stat>>;
          if (stat === undefined || 'code' in stat) continue;
          const key = [path, stat.inode, stat.size, stat.mtimeNs, stat.ctimeNs].join();
          const now = text(files.read(path))!;
          expect([key, seen.get(key) ?? now]).toEqual([key, now]);
          seen.set(key, now);
        }
      };
      for (const round of ['one', 'two', 'six', 'ten more']) {
        files.write('/r/a', bytes(round), 'operator');
        files.replace('/r/b', bytes(round), 'operator');
        await note();
        await pass(5);
      }
      files.losePower(openDice(seed));
      await note();
    }
  });
});
