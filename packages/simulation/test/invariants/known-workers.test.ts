import { root, type Stage, textBytes } from './stage.ts';
import { openViewed, restart, type Viewed } from './viewed.ts';

const path = `${root}/queue/cluster/muster/workers`;

const store = ({ master }: Stage, names: readonly string[]): void =>
  void master.disk.write(path, textBytes(JSON.stringify(names)), 'node');

/** Up for long; in the file when that is so. */
async function knownFor(ms: number, isStored = true): Promise<Viewed> {
  const stage = await openViewed();
  stage.pass(60_000);
  if (isStored) store(stage, ['worker1']);
  await stage.sees('up');
  stage.pass(ms);
  return stage;
}

describe('a worker that was up has a row', () => {
  test('at once after a restart, when it was never stored', async () => {
    const stage = await knownFor(10_000, false);
    restart(stage);
    await stage.sees(undefined);
    expect(stage.violations).toEqual([
      expect.stringMatching(/^known-workers: the master shows no row for worker1, .* never stored it/),
    ]);
  });

  test('and soon, when it was stored', async () => {
    const stage = await knownFor(10_000);
    restart(stage);
    await stage.sees(undefined);
    expect(stage.violations).toEqual([]);
    stage.pass(6_000);
    await stage.sees(undefined);
    expect(stage.violations).toEqual([expect.stringMatching(/^known-workers: .* has it in its file/)]);
  });

  test('that says down', async () => {
    const stage = await knownFor(10_000);
    restart(stage, 'power-lost');
    stage.pass(6_000);
    await stage.sees('down');
    stage.pass(600_000);
    await stage.sees('down');
    expect(stage.violations).toEqual([]);
  });
});

describe('it has none', () => {
  test.each<[string, (stage: Viewed) => unknown]>([
    ['it said goodbye', ({ says }) => says('worker1', 'master', { kind: 'goodbye', code: 'shutting-down', text: '-' })],
    ['it was stopped', ({ worker, becomes }) => becomes(worker, 'stopping')],
    ['the master says that it left', ({ master, logs }) => logs(master, 'worker1 is left: it said goodbye: -')],
    ['a view does', ({ sees }) => sees('left')],
    ['the file was harmed', ({ master }) => master.disk.write(path, textBytes('x'), 'fault')],
    ['the folder was removed', ({ master }) => master.disk.remove(`${root}/queue/cluster`, 'operator')],
    ['the disk failed', ({ master, logs }) => logs(master, 'The list of known workers cannot be kept: EIO')],
    [
      'it was down, and somebody had it forgotten',
      async (stage) => {
        await stage.sees('down');
        store(stage, []);
      },
    ],
  ])('when %s', async (_, act) => {
    const stage = await knownFor(10_000);
    await act(stage);
    restart(stage);
    await stage.sees(undefined);
    stage.pass(20_000);
    await stage.sees(undefined);
    expect(stage.violations).toEqual([]);
  });

  test.each([
    ['killed', false],
    ['power-lost', true],
  ] as const)('when the master was %s before the file was surely written', async (what, isStored) => {
    const stage = await knownFor(1_000, isStored);
    restart(stage, what);
    await stage.sees(undefined);
    stage.pass(20_000);
    await stage.sees(undefined);
    expect(stage.violations).toEqual([]);
  });

  test('though one that is up is not to be taken out of the file', async () => {
    const stage = await knownFor(10_000);
    store(stage, []);
    stage.pass(10_000);
    restart(stage);
    await stage.sees(undefined);
    expect(stage.violations).toEqual([expect.stringMatching(/^known-workers: /)]);
  });
});
