import { openInvariants } from '../../src/invariants/index.ts';
import { announcement, openStage, root, type Stage, textBytes } from './stage.ts';

const rule = `${root}/etc/rules/a.xml`;
const staged = `${root}/etc/rules/.muster-0123456789abcdef-abc0.tmp`;
const journal = `${root}/queue/cluster/muster/journal`;
const trash = `${root}/queue/cluster/muster/trash/1`;

async function open(): Promise<Stage> {
  const stage = await openStage();
  openInvariants(stage.world);
  for (const directory of ['etc/rules', 'etc/shared', 'etc/lists']) {
    stage.master.disk.makeDirectory(`${root}/${directory}`, 'operator');
    stage.worker.disk.makeDirectory(`${root}/${directory}`, 'operator');
  }
  return stage;
}

/** As a node does: staged beside the target, then renamed over it. */
function place({ worker }: Stage, path: string, text: string): void {
  worker.disk.write(staged, textBytes(text), 'node');
  worker.disk.rename(staged, path, 'node');
}

const beginTransaction = ({ worker }: Stage): boolean => worker.disk.write(journal, textBytes('journal'), 'node');
const discard = ({ worker }: Stage, path: string): boolean =>
  worker.disk.rename(path, `${trash}${path.slice(root.length)}`, 'node');

describe('whole files', () => {
  test('a file that the master had at its path is whole', async () => {
    const stage = await open();
    stage.master.disk.write(rule, textBytes('one'), 'operator');
    stage.master.disk.write(rule, textBytes('two'), 'operator');
    place(stage, rule, 'one');
    expect(stage.violations).toEqual([]);
  });

  test('a piece of it is not', async () => {
    const stage = await open();
    stage.master.disk.write(rule, textBytes('one'), 'operator');
    place(stage, rule, 'on');
    expect(stage.violations).toEqual([
      expect.stringMatching(/^whole-files: etc\/rules\/a.xml on worker1 .*its node put/),
    ]);
  });

  test('the content of another path is not', async () => {
    const stage = await open();
    stage.master.disk.write(`${root}/etc/rules/b.xml`, textBytes('other'), 'operator');
    stage.master.disk.write(rule, textBytes('one'), 'operator');
    place(stage, rule, 'other');
    expect(stage.violations).toHaveLength(1);
  });

  test('a loss of power may leave what was there before, and nothing else of what the node wrote', async () => {
    const stage = await open();
    stage.worker.disk.write(rule, textBytes('old'), 'operator');
    stage.pass(300_000);
    stage.master.disk.write(rule, textBytes('new'), 'operator');
    place(stage, rule, 'new');
    stage.worker.disk.write(rule, textBytes('old'), 'power');
    expect(stage.violations).toEqual([]);
    stage.worker.disk.write(rule, textBytes('ne\0'), 'power');
    expect(stage.violations).toEqual([expect.stringContaining('a loss of power left it so')]);
  });

  test("a loss of power may tear an operator's own write", async () => {
    const stage = await open();
    stage.worker.disk.write(rule, textBytes('mine'), 'operator');
    stage.pass(1_000);
    stage.worker.disk.write(rule, textBytes('mi'), 'power');
    expect(stage.violations).toEqual([]);
  });

  test('a staged file that a fault has damaged is not judged', async () => {
    const stage = await open();
    stage.worker.disk.write(staged, textBytes('xx'), 'fault');
    stage.worker.disk.rename(staged, rule, 'node');
    expect(stage.violations).toEqual([]);
  });

  test("a master's node that writes what it gives to others is found, its own folder is its own", async () => {
    const stage = await open();
    stage.master.disk.write(`${root}/queue/cluster/muster/epoch`, textBytes('1'), 'node');
    expect(stage.violations).toEqual([]);
    stage.master.disk.write(staged, textBytes('1'), 'node');
    expect(stage.violations).toEqual([expect.stringMatching(/^master-only-reads: /)]);
  });
});

describe('deletions', () => {
  const files = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, n) => `${root}/etc/rules/${from + n}.xml`);
  function both(stage: Stage, paths: readonly string[]): void {
    for (const path of paths) {
      stage.master.disk.write(path, textBytes(path), 'operator');
      place(stage, path, path);
    }
    stage.pass(600_000);
  }

  test('what the master has deleted may go', async () => {
    const stage = await open();
    both(stage, files(0, 10));
    stage.master.disk.remove(files(0, 1)[0]!, 'operator');
    stage.pass(1_000);
    beginTransaction(stage);
    discard(stage, files(0, 1)[0]!);
    expect(stage.violations).toEqual([]);
  });

  test('what the master had all the time may not', async () => {
    const stage = await open();
    both(stage, files(0, 10));
    beginTransaction(stage);
    discard(stage, files(0, 1)[0]!);
    expect(stage.violations).toEqual([expect.stringMatching(/^no-wrong-deletion: .*etc\/rules\/0\.xml/)]);
  });

  test('what went with its whole directory was not deleted', async () => {
    const stage = await open();
    both(stage, files(0, 10));
    stage.master.disk.remove(`${root}/etc/rules`, 'fault');
    stage.master.disk.makeDirectory(`${root}/etc/rules`, 'fault');
    stage.pass(100_000);
    beginTransaction(stage);
    discard(stage, files(0, 1)[0]!);
    expect(stage.violations).toEqual([expect.stringMatching(/^no-wrong-deletion: /)]);
  });

  describe('a file that its file system took away', () => {
    const [first] = files(0, 1) as [string];
    /** The empty mount point stays. */
    const takeAway = ({ master }: Stage): void => {
      for (const path of files(0, 10)) master.disk.remove(path, 'fault');
    };
    async function known(): Promise<Stage> {
      const stage = await open();
      both(stage, files(0, 10));
      stage.tells('master', 'worker1', announcement(1));
      return stage;
    }

    test('was not deleted', async () => {
      const stage = await known();
      takeAway(stage);
      stage.pass(100_000);
      beginTransaction(stage);
      discard(stage, first);
      expect(stage.violations).toEqual([expect.stringMatching(/^no-wrong-deletion: /)]);
    });

    test.each<readonly [string, (stage: Stage) => unknown]>([
      [
        'somebody writes below the bare mount point',
        ({ master }) => {
          master.disk.write(`${root}/etc/rules/other.xml`, textBytes('x'), 'operator');
        },
      ],
      ['the master starts on what is left', (stage) => stage.becomes(stage.master, 'started')],
    ])('may go as soon as %s', async (_, change) => {
      const stage = await known();
      takeAway(stage);
      change(stage);
      stage.pass(100_000);
      beginTransaction(stage);
      discard(stage, first);
      expect(stage.violations).toEqual([]);
    });
  });

  test('what is not in a directory that was moved back may go, the rest may not', async () => {
    const stage = await open();
    both(stage, files(0, 10));
    const [away, directory] = [`${root}/away`, `${root}/etc/rules`];
    stage.master.disk.rename(directory, away, 'fault');
    stage.master.disk.makeDirectory(directory, 'fault');
    both(stage, [`${directory}/new.xml`]);
    stage.pass(1_000);
    stage.master.disk.remove(directory, 'fault');
    stage.master.disk.rename(away, directory, 'fault');
    stage.pass(1_000);
    beginTransaction(stage);
    discard(stage, `${directory}/new.xml`);
    expect(stage.violations).toEqual([]);
    discard(stage, files(0, 1)[0]!);
    expect(stage.violations).toHaveLength(1);
  });

  test('what was never on the master may go', async () => {
    const stage = await open();
    stage.worker.disk.write(rule, textBytes('extra'), 'operator');
    beginTransaction(stage);
    discard(stage, rule);
    expect(stage.violations).toEqual([]);
  });

  test('a mass deletion waits as long as the guard', async () => {
    const stage = await open();
    both(stage, files(0, 10));
    for (const path of files(0, 6)) stage.master.disk.remove(path, 'operator');
    stage.pass(29_000);
    beginTransaction(stage);
    for (const path of files(0, 5)) discard(stage, path);
    expect(stage.violations).toEqual([]);
    discard(stage, files(5, 6)[0]!);
    expect(stage.violations[0]).toMatch(/^guarded-deletion: worker1 deleted 6 of 10 files below etc\/rules/);
    expect(stage.violations).toHaveLength(6);
  });

  test('a file that a loss of power gives back counts once', async () => {
    const stage = await open();
    both(stage, files(0, 10));
    for (const path of files(0, 5)) stage.master.disk.remove(path, 'operator');
    stage.pass(1_000);
    beginTransaction(stage);
    for (const path of files(0, 5)) discard(stage, path);
    for (const path of files(0, 2)) stage.worker.disk.write(path, textBytes('a rule'), 'power');
    for (const path of files(0, 2)) discard(stage, path);
    expect(stage.violations.filter((one) => one.startsWith('guarded-deletion'))).toEqual([]);
  });

  describe('that a worker says it holds back', () => {
    const words =
      "The master's generation 2 would delete 6 of 10 files below etc/rules; waiting for a second generation that says the same. The master's generation 2 would delete etc/client.keys; waiting for a second generation that says the same.";
    /** Ten others come and make the six a small share. */
    const held = async (saidAfterMs = 0): Promise<Stage> => {
      const stage = await open();
      both(stage, files(0, 10));
      for (const path of files(0, 6)) stage.master.disk.remove(path, 'operator');
      stage.pass(5_000);
      stage.logs(stage.master, 'Generation 2 of epoch 1: 4 files, 40 bytes.');
      stage.pass(saidAfterMs);
      stage.logs(stage.worker, words);
      for (const path of files(10, 20)) {
        stage.master.disk.write(path, textBytes('a rule'), 'operator');
        place(stage, path, 'a rule');
      }
      stage.pass(1_000);
      return stage;
    };

    test('waits, whatever comes meanwhile', async () => {
      const stage = await held();
      beginTransaction(stage);
      for (const path of files(0, 5)) discard(stage, path);
      expect(stage.violations).toEqual([]);
      discard(stage, files(5, 6)[0]!);
      expect(stage.violations).toEqual([expect.stringMatching(/^guarded-deletion: worker1 said at .* 6 of them/)]);
    });

    test('unless it may have waited long before it could say so', async () => {
      const stage = await held(3_000);
      beginTransaction(stage);
      for (const path of files(0, 6)) discard(stage, path);
      expect(stage.violations.filter((text) => text.includes(' said at '))).toEqual([]);
    });

    test('until the guard has waited', async () => {
      const stage = await held();
      stage.pass(28_000);
      beginTransaction(stage);
      for (const path of files(0, 6)) discard(stage, path);
      expect(stage.violations).toEqual([]);
    });

    test('until it is on the master again', async () => {
      const stage = await held();
      for (const path of files(0, 6)) stage.master.disk.write(path, textBytes('a rule'), 'operator');
      stage.pass(1_000);
      for (const path of files(0, 6)) stage.master.disk.remove(path, 'operator');
      beginTransaction(stage);
      for (const path of files(0, 6)) discard(stage, path);
      expect(stage.violations).toEqual([]);
    });

    test('until its process starts anew, for that forgets', async () => {
      const stage = await held();
      stage.becomes(stage.worker, 'started');
      beginTransaction(stage);
      for (const path of files(0, 6)) discard(stage, path);
      expect(stage.violations).toEqual([]);
    });
  });

  test('after that time it is done', async () => {
    const stage = await open();
    both(stage, files(0, 10));
    for (const path of files(0, 10)) stage.master.disk.remove(path, 'operator');
    stage.pass(30_000);
    beginTransaction(stage);
    for (const path of files(0, 10)) discard(stage, path);
    stage.worker.disk.remove(journal, 'node');
    expect(stage.violations).toEqual([]);
  });

  test('the last files of a directory wait, however few they are', async () => {
    const stage = await open();
    both(stage, files(0, 2));
    for (const path of files(0, 2)) stage.master.disk.remove(path, 'operator');
    stage.pass(5_000);
    beginTransaction(stage);
    for (const path of files(0, 2)) discard(stage, path);
    expect(stage.violations).toEqual([]);
    stage.worker.disk.remove(journal, 'node');
    expect(stage.violations).toEqual([
      expect.stringMatching(/^guarded-deletion: worker1 emptied etc\/rules, which held 2 files/),
      expect.anything(),
    ]);
  });

  test('unless others were to take their place, which could not be had', async () => {
    const stage = await open();
    both(stage, files(0, 2));
    for (const path of files(0, 2)) stage.master.disk.remove(path, 'operator');
    stage.master.disk.write(rule, textBytes('new'), 'operator');
    stage.pass(5_000);
    beginTransaction(stage);
    for (const path of files(0, 2)) discard(stage, path);
    stage.worker.disk.remove(journal, 'node');
    expect(stage.violations).toEqual([]);
  });

  test('what lies in a directory that the master has renamed may go', async () => {
    const stage = await open();
    stage.master.disk.makeDirectory(`${root}/etc/rules/deep`, 'operator');
    both(stage, [`${root}/etc/rules/deep/a.xml`, ...files(0, 3)]);
    stage.master.disk.rename(`${root}/etc/rules/deep`, `${root}/etc/rules/other`, 'operator');
    stage.pass(1_000);
    beginTransaction(stage);
    discard(stage, `${root}/etc/rules/deep/a.xml`);
    expect(stage.violations).toEqual([]);
    place(stage, `${root}/etc/rules/other/a.xml`, `${root}/etc/rules/deep/a.xml`);
    expect(stage.violations).toEqual([]);
  });

  test('a file that loses all its bytes counts as deleted', async () => {
    const stage = await open();
    both(stage, files(0, 8));
    for (const path of files(0, 6)) stage.master.disk.write(path, textBytes(''), 'operator');
    stage.pass(1_000);
    beginTransaction(stage);
    for (const path of files(0, 6)) place(stage, path, '');
    expect(stage.violations.filter((one) => one.startsWith('guarded-deletion'))).toHaveLength(6);
  });

  test.each([
    ['nothing', ''],
    ['less than a key', '001 a any k'],
    ['less than half', 'k'.repeat(40)],
  ])('client.keys shrinks to %s only when the guard has waited', async (_, left) => {
    const keys = `${root}/etc/client.keys`;
    const stage = await open();
    both(stage, [keys]);
    stage.master.disk.write(keys, textBytes('k'.repeat(200)), 'operator');
    place(stage, keys, 'k'.repeat(200));
    stage.pass(400_000);
    stage.master.disk.write(keys, textBytes(left), 'operator');
    stage.pass(1_000);
    beginTransaction(stage);
    place(stage, keys, left);
    expect(stage.violations).toEqual([
      expect.stringMatching(/^guarded-deletion: worker1 took .* from etc\/client.keys/),
    ]);
  });

  test('a journal that a fault has put there is not the node’s doing', async () => {
    const stage = await open();
    both(stage, files(0, 3));
    stage.worker.disk.write(journal, textBytes('old'), 'fault');
    for (const path of files(0, 3)) discard(stage, path);
    stage.worker.disk.remove(journal, 'node');
    expect(stage.violations).toEqual([]);
  });
});
