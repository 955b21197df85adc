import { openInvariants } from '../../src/invariants/index.ts';
import { openStage, root, type Stage, textBytes } from './stage.ts';

const state = `${root}/queue/cluster/muster`;
const journal = `${state}/journal`;
const staged = `${root}/etc/rules/.muster-0123456789abcdef-x0.tmp`;
const rule = `${root}/etc/rules/a.xml`;
const text = `muster-journal-2 0\n${JSON.stringify(['renames', { from: staged.slice(root.length + 1), to: 'etc/rules/a.xml' }])}\n`;

async function begun(): Promise<Stage> {
  const stage = await openStage();
  openInvariants(stage.world);
  stage.master.disk.write(rule, textBytes('new'), 'operator');
  stage.worker.disk.write(staged, textBytes('new'), 'node');
  stage.worker.disk.write(journal, textBytes(text), 'node');
  return stage;
}

describe('a journal', () => {
  test('goes when what it says is done', async () => {
    const stage = await begun();
    stage.worker.disk.rename(staged, rule, 'node');
    stage.worker.disk.remove(journal, 'node');
    expect(stage.violations).toEqual([]);
  });

  test.each([
    ['before that', () => {}],
    ['after its staged file was thrown away', ({ worker }: Stage) => worker.disk.remove(staged, 'node')],
  ])('does not go %s', async (_, act) => {
    const stage = await begun();
    act(stage);
    stage.worker.disk.remove(journal, 'node');
    expect(stage.violations).toEqual([
      expect.stringMatching(/^journal: worker1 removed its journal .* has not renamed/),
    ]);
  });

  test.each<[string, (stage: Stage) => void]>([
    ['a directory is in the way', ({ worker }) => worker.disk.makeDirectory(rule, 'operator')],
    [
      'the disk fails',
      ({ worker }) =>
        void worker.disk.faults.failures.push({ below: root, operations: 'all', code: 'EIO', probability: 1 }),
    ],
    [
      'the disk failed, and does no longer',
      ({ worker }) => {
        const { failures } = worker.disk.faults;
        failures.push({ below: root, operations: 'all', code: 'EACCES', probability: 1 });
        worker.disk.remove(staged, 'node');
        failures.pop();
      },
    ],
    ['a fault has written it', ({ worker }) => void worker.disk.write(journal, textBytes(text), 'fault')],
    [
      'its file system was away with the staged file',
      ({ worker }) => {
        worker.disk.remove(staged, 'fault');
        worker.disk.write(staged, textBytes('new'), 'fault');
      },
    ],
    ['the staged file is gone', ({ worker }) => void worker.disk.remove(staged, 'operator')],
  ])('may say what cannot be done: %s', async (_, act) => {
    const stage = await begun();
    act(stage);
    stage.worker.disk.remove(journal, 'node');
    expect(stage.violations).toEqual([]);
  });

  test('is not gone while a loss of power takes back what was done', async () => {
    const stage = await begun();
    stage.worker.disk.rename(staged, rule, 'node');
    stage.worker.disk.remove(journal, 'node');
    stage.pass(1_000);
    stage.worker.disk.remove(rule, 'power');
    stage.becomes(stage.worker, 'started');
    expect(stage.violations).toEqual([expect.stringMatching(/^journal: a loss of power took back etc\/rules\/a.xml/)]);
  });

  test('nor is a mode that power took back a file', async () => {
    const stage = await begun();
    stage.worker.disk.rename(staged, rule, 'node');
    stage.worker.disk.remove(journal, 'node');
    stage.worker.disk.write(rule, textBytes('new'), 'power');
    stage.becomes(stage.worker, 'started');
    expect(stage.violations).toEqual([]);
  });

  test('that came back with it is rolled forward', async () => {
    const stage = await begun();
    stage.worker.disk.rename(staged, rule, 'node');
    stage.worker.disk.remove(journal, 'node');
    stage.worker.disk.remove(rule, 'power');
    stage.worker.disk.write(journal, textBytes(text), 'power');
    stage.becomes(stage.worker, 'started');
    expect(stage.violations).toEqual([]);
  });
});

describe('the trash', () => {
  test('holds what was deleted', async () => {
    const stage = await openStage();
    openInvariants(stage.world);
    stage.worker.disk.write(rule, textBytes('x'), 'operator');
    stage.worker.disk.rename(rule, `${state}/trash/1/etc/rules/a.xml`, 'node');
    expect(stage.violations).toEqual([]);
  });

  test('or it was not deleted in good order', async () => {
    const stage = await openStage();
    openInvariants(stage.world);
    stage.worker.disk.write(rule, textBytes('x'), 'operator');
    stage.worker.disk.remove(rule, 'node');
    expect(stage.violations).toEqual([expect.stringMatching(/^trash: worker1 deleted etc\/rules\/a.xml/)]);
  });

  async function deletedTimes(times: number): Promise<Stage> {
    const stage = await openStage();
    openInvariants(stage.world);
    for (let n = 1; n <= times; n++) {
      stage.worker.disk.write(rule, textBytes('x'), 'operator');
      stage.worker.disk.rename(rule, `${state}/trash/${n}/etc/rules/a.xml`, 'node');
    }
    return stage;
  }

  test('is cleared of what eight newer deletions follow', async () => {
    const stage = await deletedTimes(9);
    stage.worker.disk.remove(`${state}/trash/1`, 'node');
    expect(stage.violations).toEqual([]);
  });

  test.each(['2/etc/rules/a.xml', '2', '9'])('keeps the newest eight: %s does not go', async (path) => {
    const stage = await deletedTimes(9);
    stage.worker.disk.remove(`${state}/trash/${path}`, 'node');
    expect(stage.violations[0]).toMatch(/^trash: worker1 cleared .* newer deletions/);
  });

  test('is not judged by what others take from it', async () => {
    const stage = await deletedTimes(2);
    stage.worker.disk.remove(`${state}/trash/1`, 'operator');
    stage.worker.disk.remove(`${state}/trash/2`, 'power');
    expect(stage.violations).toEqual([]);
  });
});
