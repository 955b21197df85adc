import { digestBytes } from '@muster/protocol';
import { openInvariants } from '../../src/invariants/index.ts';
import { announcement, beat, digest, openStage, root, type Stage, sendManifest, textBytes } from './stage.ts';

const empty = { put: [], remove: [], makeDirectories: [], removeDirectories: [], held: [] };
const id = (generation: number) => ({ epoch: 1, generation });

async function open(): Promise<Stage> {
  const stage = await openStage();
  openInvariants(stage.world);
  return stage;
}

function write(stage: Stage, path: string, text: string): void {
  stage.master.disk.write(`${root}/${path}`, textBytes(text), 'operator');
}
function place(stage: Stage, path: string, text: string): void {
  stage.worker.disk.write(`${root}/etc/rules/.muster-0123456789abcdef-abc0.tmp`, textBytes(text), 'node');
  stage.worker.disk.rename(`${root}/etc/rules/.muster-0123456789abcdef-abc0.tmp`, `${root}/${path}`, 'node');
  stage.pass(10);
}

/** The worker says what it holds, a moment after whatever happened before; the word is `ageMs` old when it leaves. */
function says(stage: Stage, holds?: ReturnType<typeof id>, ageMs = 0): void {
  stage.pass(5);
  const said = beat(holds);
  stage.tells('worker1', 'master', { ...said, wallMs: stage.world.master.wall.now() - ageMs } as typeof said);
}

describe('what a worker says it holds', () => {
  async function synced(): Promise<Stage> {
    const stage = await open();
    write(stage, 'etc/rules/a.xml', 'one');
    write(stage, 'etc/rules/b.xml', 'two');
    const rootOf = sendManifest(stage, { 'a.xml': 'one', 'b.xml': 'two' });
    stage.tells('master', 'worker1', announcement(1, { root: rootOf }));
    place(stage, 'etc/rules/a.xml', 'one');
    place(stage, 'etc/rules/b.xml', 'two');
    return stage;
  }
  const next = (put: readonly (readonly [string, string])[], remove: readonly string[] = []) =>
    announcement(2, {
      delta: {
        ...empty,
        base: id(1),
        put: put.map(([path, text]) => [path, text.length, digestBytes(digest(text))]),
        remove: [...remove],
      },
    });

  test('is true when its disk has every file of the manifest', async () => {
    const stage = await synced();
    says(stage, id(1));
    expect(stage.violations).toEqual([]);
  });

  test('is false with a file that is missing', async () => {
    const stage = await open();
    write(stage, 'etc/rules/a.xml', 'one');
    stage.tells('master', 'worker1', announcement(1, { root: sendManifest(stage, { 'a.xml': 'one' }) }));
    says(stage, id(1));
    expect(stage.violations).toEqual([
      expect.stringMatching(/^generation-held: worker1 .*\(1, 1\).*etc\/rules\/a.xml is absent/),
    ]);
  });

  test('is false with a file of the generation before', async () => {
    const stage = await synced();
    says(stage, id(1));
    write(stage, 'etc/rules/a.xml', 'new');
    stage.tells('master', 'worker1', next([['etc/rules/a.xml', 'new']]));
    says(stage, id(2));
    expect(stage.violations).toEqual([expect.stringMatching(/^generation-held: .*etc\/rules\/a.xml/)]);
  });

  test('is true once the changes are there', async () => {
    const stage = await synced();
    says(stage, id(1));
    write(stage, 'etc/rules/a.xml', 'new');
    stage.master.disk.remove(`${root}/etc/rules/b.xml`, 'operator');
    stage.tells('master', 'worker1', next([['etc/rules/a.xml', 'new']], ['etc/rules/b.xml']));
    place(stage, 'etc/rules/a.xml', 'new');
    stage.worker.disk.rename(`${root}/etc/rules/b.xml`, `${root}/queue/cluster/muster/trash/1/etc/rules/b.xml`, 'node');
    says(stage, id(2));
    expect(stage.violations).toEqual([]);
  });

  test('is not judged by what its node does while the word waits, but by the next word', async () => {
    const stage = await synced();
    says(stage, id(1));
    stage.master.disk.remove(`${root}/etc/rules/b.xml`, 'operator');
    stage.pass(1_000);
    stage.worker.disk.rename(`${root}/etc/rules/b.xml`, `${root}/queue/cluster/muster/trash/1/etc/rules/b.xml`, 'node');
    says(stage, id(1), 100);
    expect(stage.violations).toEqual([]);
    says(stage, id(1));
    expect(stage.violations).toEqual([expect.stringMatching(/^generation-held: .*b.xml is absent/)]);
  });

  test('is false with a file too many', async () => {
    const stage = await synced();
    says(stage, id(1));
    stage.master.disk.remove(`${root}/etc/rules/b.xml`, 'operator');
    stage.tells('master', 'worker1', next([], ['etc/rules/b.xml']));
    says(stage, id(2));
    expect(stage.violations).toEqual([expect.stringMatching(/b.xml .*no such file/)]);
  });

  test("somebody else's change is excused until the next full scan has seen it", async () => {
    const stage = await synced();
    stage.worker.disk.write(`${root}/etc/rules/a.xml`, textBytes('edited'), 'operator');
    says(stage, id(1));
    expect(stage.violations).toEqual([]);
    says(stage);
    stage.pass(400_000);
    says(stage, id(1));
    expect(stage.violations).toHaveLength(1);
  });

  test('or until its hint was told, where nothing is wrong with the machine', async () => {
    const stage = await synced();
    stage.becomes(stage.worker, 'started');
    stage.worker.disk.write(`${root}/etc/rules/a.xml`, textBytes('edited'), 'operator');
    stage.tells('worker1', 'master', beat(id(1)));
    stage.pass(15_000);
    stage.tells('worker1', 'master', beat(id(1)));
    expect(stage.violations).toEqual([]);
    stage.pass(10_000);
    stage.tells('worker1', 'master', beat(id(1)));
    expect(stage.violations).toHaveLength(1);
  });

  test('what was changed before the process started is not', async () => {
    const stage = await synced();
    stage.worker.disk.write(`${root}/etc/rules/a.xml`, textBytes('edited'), 'operator');
    stage.pass(1);
    stage.becomes(stage.worker, 'started');
    says(stage, id(1));
    expect(stage.violations).toHaveLength(1);
  });

  test('it may not be said on while the node changes its own files', async () => {
    const stage = await synced();
    says(stage, id(1));
    write(stage, 'etc/rules/a.xml', 'new');
    place(stage, 'etc/rules/a.xml', 'new');
    says(stage, id(1));
    expect(stage.violations).toHaveLength(1);
  });

  test('a word that waited is held against the disk as it was when it was made', async () => {
    const stage = await synced();
    stage.tells('worker1', 'master', beat(id(1)));
    write(stage, 'etc/rules/a.xml', 'new');
    place(stage, 'etc/rules/a.xml', 'new');
    const waited = { ...beat(id(1)), wallMs: stage.worker.wall.now() - 20 };
    stage.says('worker1', 'master', { kind: 'tell', to: 'keep-alive', message: waited });
    expect(stage.violations).toEqual([]);
    stage.tells('worker1', 'master', beat(id(1)));
    expect(stage.violations).toHaveLength(1);
  });

  test('is false of a generation that nobody announced', async () => {
    const stage = await open();
    says(stage, id(7));
    expect(stage.violations).toEqual([expect.stringContaining('which no master announced')]);
  });

  test('without a list of files it must be what the master had', async () => {
    const stage = await open();
    write(stage, 'etc/rules/a.xml', 'one');
    place(stage, 'etc/rules/a.xml', 'one');
    stage.tells('master', 'worker1', announcement(1));
    says(stage, id(1));
    expect(stage.violations).toEqual([]);
    says(stage);
    write(stage, 'etc/rules/c.xml', 'three');
    stage.pass(500_000);
    stage.tells('master', 'worker1', announcement(2));
    says(stage, id(2));
    expect(stage.violations).toEqual([]);
  });
});

describe('what a master announces', () => {
  test('grows', async () => {
    const stage = await open();
    stage.tells('master', 'worker1', announcement(2));
    stage.tells('master', 'worker1', announcement(2));
    expect(stage.violations).toEqual([]);
    stage.tells('master', 'worker1', announcement(1));
    expect(stage.violations).toEqual([expect.stringMatching(/^generations-grow: .*\(1, 1\).*after \(1, 2\)/)]);
  });

  test('grows for each worker by itself: one link may be slower than another', async () => {
    const stage = await open();
    stage.tells('master', 'worker1', announcement(2));
    stage.tells('master', 'worker2', announcement(1));
    stage.tells('master', 'worker2', announcement(2));
    expect(stage.violations).toEqual([]);
  });

  test('grows for everybody over a start of the master', async () => {
    const stage = await open();
    stage.tells('master', 'worker1', announcement(2));
    stage.becomes(stage.master, 'started');
    stage.tells('master', 'worker2', announcement(1));
    expect(stage.violations).toEqual([expect.stringMatching(/^generations-grow: .*\(1, 1\).*after \(1, 2\)/)]);
  });

  test('has one root', async () => {
    const stage = await open();
    stage.tells('master', 'worker1', announcement(2));
    stage.tells('master', 'worker1', announcement(2, { rootByte: 9 }));
    expect(stage.violations).toEqual([expect.stringContaining('two different roots')]);
  });

  test('may be anything once a fault took the stored epoch', async () => {
    const stage = await open();
    stage.tells('master', 'worker1', announcement(2));
    stage.master.disk.write(`${root}/queue/cluster/muster/epoch`, textBytes('0'), 'fault');
    stage.tells('master', 'worker1', announcement(1));
    expect(stage.violations).toEqual([]);
  });

  test('was on its disk', async () => {
    const stage = await open();
    stage.tells('master', 'worker1', announcement(1));
    const put = [['etc/rules/a.xml', 3, digestBytes(digest('one'))] as [string, number, Uint8Array]];
    stage.tells('master', 'worker1', announcement(2, { delta: { ...empty, base: id(1), put } }));
    expect(stage.violations).toEqual([expect.stringMatching(/^generation-true: .*etc\/rules\/a.xml/)]);
  });
});
