import type { Disk } from '@muster/tree';
import { bytes, openRig, text } from './rig.ts';

type Rig = ReturnType<typeof openRig>;

/** A transaction as the product makes them, in small: all kinds of effects. */
async function transaction({ disk, done }: Rig): Promise<unknown> {
  await done(disk.steps([{ do: 'make-directory', path: '/r/d/e', mode: 0o770, owner: { uid: 5, gid: 5 } }]));
  const stager = await disk.openStager();
  for (const name of ['x', 'y']) {
    stager.begin({ path: `/r/d/e/${name}.new`, mode: 0o640, size: 4, owner: { uid: 5, gid: 5 } });
    for (const piece of ['ab', 'cd']) await done(stager.write(bytes(piece)));
  }
  await done(stager.finish());
  await done(disk.sync(['/r/d/e/x.new', '/r/d/e/y.new'], ['/r/d/e']));
  await done(disk.replace('/r/journal', bytes('journal'), 0o600));
  await done(
    disk.steps([
      { do: 'rename', from: '/r/d/e/x.new', to: '/r/d/e/x' },
      { do: 'rename', from: '/r/d/e/y.new', to: '/r/d/e/y' },
      { do: 'chmod', path: '/r/d/e/x', mode: 0o600 },
      { do: 'chown', path: '/r/d/e/x', owner: { uid: 6, gid: 6 } },
      { do: 'unlink', path: '/r/old' },
      { do: 'remove-directory', path: '/r/empty' },
    ]),
  );
  return done(disk.sync(['/r/d/e/x'], ['/r/d/e', '/r']));
}

function prepared(yieldAfterStep: number): Rig & { readonly changes: string[]; readonly effects: string[] } {
  const rig = openRig(7);
  rig.files.faults.yieldAfterStep = yieldAfterStep;
  rig.files.makeDirectory('/r/empty', 'operator');
  rig.files.write('/r/old', bytes('old'), 'operator');
  rig.files.settle();
  const changes: string[] = [];
  const effects: string[] = [];
  rig.files.onChange(({ kind, path }) => changes.push(`${kind} ${path}`));
  const { effect } = rig.host;
  rig.host.effect = (what) => {
    const lives = effect(what);
    if (lives) effects.push(what);
    return lives;
  };
  return { ...rig, changes, effects };
}

const allEffects = [
  ...['make-directory', 'chmod', 'chown', 'make-directory', 'chmod', 'chown'],
  ...['create', 'write', 'write', 'chown', 'chmod', 'create', 'write', 'write', 'chown', 'chmod'],
  ...['sync', 'sync', 'sync-directory'],
  ...['write', 'sync', 'rename', 'sync-directory'],
  ...['rename', 'rename', 'chmod', 'chown', 'unlink', 'remove-directory'],
  ...['sync', 'sync-directory', 'sync-directory'],
];

describe.each([0, 1])('a process that dies before its n-th effect (interrupted with probability %d)', (yields) => {
  it('has had exactly the effects before, and nothing of it ever ends', async () => {
    const whole = prepared(yields);
    expect(await transaction(whole)).toBe(undefined);
    expect(whole.effects).toEqual(allEffects);
    for (let n = 1; n <= allEffects.length; n++) {
      const cut = prepared(yields);
      let deaths = 0;
      cut.host.dieAtEffect(n, () => {
        deaths += 1;
      });
      await transaction(cut);
      expect([n, deaths, cut.host.alive()]).toEqual([n, 1, false]);
      expect(cut.effects).toEqual(allEffects.slice(0, n - 1));
      expect(cut.changes).toEqual(whole.changes.slice(0, cut.changes.length));
      await cut.pass(60_000);
      expect(cut.changes).toEqual(whole.changes.slice(0, cut.changes.length));
    }
  });
});

describe('a killed process', () => {
  it('never hears of any call again, and holds no watch', async () => {
    const { disk, host, files, done, pass } = openRig();
    files.makeDirectory('/r', 'operator');
    let hints = 0;
    disk.watch(
      '/r',
      () => {
        hints += 1;
      },
      () => {},
    );
    const calls: Promise<unknown>[] = [
      disk.list(['/r']),
      disk.read('/r/a', 9),
      disk.replace('/r/a', bytes('a'), 0o600),
      disk.digest(['/r/a'], new AbortController().signal),
      disk.turn(),
    ];
    host.kill();
    for (const call of calls) expect(await done(call)).toBe('never');
    expect(await done(disk.stat(['/r']))).toBe('never');
    files.write('/r/b', bytes('b'), 'operator');
    await pass(1_000);
    expect([hints, disk.watches(), files.exists('/r/a')]).toEqual([0, 0, false]);
  });

  it('leaves what it did to the next, but for the rest of its batch', async () => {
    const rig = openRig();
    rig.files.makeDirectory('/r', 'operator');
    rig.host.dieAtEffect(6, () => {});
    const made = Array.from({ length: 5 }, (_, n) => ({ do: 'make-directory' as const, path: `/r/${n}`, mode: 0o700 }));
    expect(await rig.done(rig.disk.steps(made))).toBe('never');
    const next = rig.start();
    const [listing] = (await rig.done(next.disk.list(['/r']))) as Awaited<ReturnType<Disk['list']>>;
    // Each directory is made, then its mode is set: the fifth and sixth effects are the third's.
    expect(listing?.ok === true && listing.names).toEqual(['0', '1', '2']);
    expect([rig.files.mode('/r/1'), rig.files.mode('/r/2')]).toEqual([0o700, 0o700]);
    expect(text(rig.files.read('/r/0'))).toBe(undefined);
  });
});

describe('one seed', () => {
  it('gives the same changes and the same trace twice', async () => {
    const run = async (): Promise<unknown> => {
      const rig = prepared(0.5);
      rig.files.faults.failures.push({ below: '/r/d', operations: 'all', code: 'EIO', probability: 0.1 });
      rig.files.faults.hints = { maxLateMs: 50, lost: 0.2, twice: 0.2 };
      const hints: string[] = [];
      rig.disk.watch(
        '/r',
        (name) => hints.push(String(name)),
        () => {},
      );
      await transaction(rig).catch(() => {});
      rig.files.losePower(rig.dice.fork('power'));
      await rig.pass(1_000);
      return [rig.changes, rig.effects, hints, rig.trace.hash(), rig.files.filesBelow('/r').map(([path]) => path)];
    };
    expect(await run()).toEqual(await run());
  });
});
