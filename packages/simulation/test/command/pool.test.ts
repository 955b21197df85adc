import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Child, type ChildOptions, openChild } from '../../src/command/child.ts';
import { runPool } from '../../src/command/pool.ts';
import type { Outcome } from '../../src/world/outcome.ts';
import { outcomeOf } from './fake-plan.ts';

const script = join(__dirname, 'fake-main.mjs');
const options: ChildOptions = {
  script,
  args: ['serve'],
  nodeArguments: [],
  patienceMs: 5_000,
  mostRssBytes: 1e12,
};

/** Runs these seeds, each in turn, in one child. */
async function outcomesOf(seeds: readonly number[], more: Partial<ChildOptions> = {}): Promise<readonly Outcome[]> {
  const child = openChild({ ...options, ...more });
  const outcomes: Outcome[] = [];
  try {
    for (const seed of seeds) outcomes.push(await child.run({ type: 'seed', seed, options: {} }));
  } finally {
    child.close();
  }
  return outcomes;
}

describe('a child process', () => {
  it('runs one seed after the other', async () => {
    const outcomes = await outcomesOf([1, 2, 13]);
    expect(outcomes.map(({ seed, ok }) => [seed, ok])).toEqual([
      [1, true],
      [2, true],
      [13, false],
    ]);
  });

  it('that is killed with -9 has failed its seed, and the next seed gets a new one', async () => {
    const [first, second] = await outcomesOf([7, 1]);
    expect(first?.violation).toEqual({ invariant: 'process-died', text: 'it was ended by SIGKILL', atMs: 0 });
    expect(second?.ok).toBe(true);
  });

  it('that dies tells which seed it had run before, for that one may be to blame', async () => {
    const [, second] = await outcomesOf([1, 7]);
    expect(second?.violation?.text).toContain('this process had run seed 1 before');
  });

  it('that ends by itself leaves its last words', async () => {
    const [outcome] = await outcomesOf([11]);
    expect(outcome?.violation?.text).toBe('it ended with code 3');
    expect(outcome?.logTail).toEqual(['the last words']);
  });

  it.each([
    [9, 'waits for what never comes'],
    [10, 'turns for ever'],
  ])('that hangs has failed its seed: seed %i %s', async (seed) => {
    const [first, second] = await outcomesOf([seed, 1], { patienceMs: 2_500 });
    expect(first?.violation).toEqual({ invariant: 'no-progress', text: 'no sign of progress for 2.5 s', atMs: 0 });
    expect(second?.ok).toBe(true);
  });

  it('whose run throws lives on, and the error is the outcome', async () => {
    const [first, second] = await outcomesOf([8, 1]);
    expect(first?.violation?.invariant).toBe('run-rejected');
    expect(first?.violation?.text).toContain('no such thing');
    expect(second?.ok).toBe(true);
  });

  it('that grew too large is replaced by a new one', async () => {
    const outcomes = await outcomesOf([1, 7], { mostRssBytes: 1 });
    expect(outcomes[0]?.ok).toBe(true);
    expect(outcomes[1]?.violation?.text).toBe('it was ended by SIGKILL');
  });

  it('that cannot be started rejects, and blames no seed', async () => {
    await expect(outcomesOf([1], { nodeArguments: ['--import', './there-is-no-such-file.mjs'] })).rejects.toThrow(
      /A process for running seeds could not be started: it ended with code 1/,
    );
    await expect(outcomesOf([1], { nodeBinary: '/there/is/no/node' })).rejects.toThrow(/could not be started/);
  });

  it('gets the arguments of a planted fault', async () => {
    const nodeArguments = ['--import', 'data:text/javascript,globalThis.planted="early"'];
    const [outcome] = await outcomesOf([4], { nodeArguments });
    expect(outcome?.violation?.invariant).toBe('nothing-early');
  });

  it('does not outlive its parent', () => {
    const parent = `
      const { fork } = require('node:child_process');
      const child = fork(${JSON.stringify(script)}, ['serve']);
      child.once('message', () => { process.stdout.write(String(child.pid)); process.exit(0); });`;
    const { stdout } = spawnSync(process.execPath, ['-e', parent], { encoding: 'utf8' });
    const gone = spawnSync(process.execPath, [
      '-e',
      `const timer = setInterval(() => { try { process.kill(${Number(stdout)}, 0); } catch { process.exit(0); } }, 20);
       setTimeout(() => process.exit(1), 120000);`,
    ]);
    expect(Number(stdout)).toBeGreaterThan(1);
    expect(gone.status).toBe(0);
  });
});

/** Children that answer when they are told to. */
function fakeChildren() {
  const waiting = new Map<number, (outcome: Outcome) => void>();
  let opened = 0;
  let closed = 0;
  const open = (): Child => {
    opened += 1;
    return {
      run: ({ seed }) => new Promise((resolve) => waiting.set(seed, resolve)),
      close: () => {
        closed += 1;
      },
    };
  };
  const answer = async (outcome: Outcome): Promise<void> => {
    const resolve = waiting.get(outcome.seed);
    waiting.delete(outcome.seed);
    resolve?.(outcome);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { open, answer, running: () => [...waiting.keys()], opened: () => opened, closed: () => closed };
}

function startPool(children: ReturnType<typeof fakeChildren>, count: number, untilFailure = false) {
  const stop = new AbortController();
  const done: number[] = [];
  const ended = runPool({
    jobs: 3,
    openChild: children.open,
    seeds: { from: 10, count },
    jobOf: (seed) => ({ type: 'seed', seed, options: {} }),
    done: ({ seed }) => done.push(seed),
    stop: stop.signal,
    untilFailure,
  });
  return { stop, done, ended };
}

describe('a pool', () => {
  it('gives each child the next seed as soon as it is free', async () => {
    const children = fakeChildren();
    const { done, ended } = startPool(children, 5);
    expect(children.running()).toEqual([10, 11, 12]);
    await children.answer(outcomeOf(11, undefined));
    expect(children.running()).toEqual([10, 12, 13]);
    for (const seed of [12, 10, 14, 13]) await children.answer(outcomeOf(seed, undefined));
    await ended;
    expect(done).toEqual([11, 12, 10, 14, 13]);
    expect(children.closed()).toBe(3);
  });

  it('opens no more children than there are seeds', async () => {
    const children = fakeChildren();
    const { ended } = startPool(children, 1);
    await children.answer(outcomeOf(10, undefined));
    await ended;
    expect(children.opened()).toBe(1);
  });

  it('begins no seed above a failed one when one failure is enough, and waits for those below it', async () => {
    const children = fakeChildren();
    const { done, ended } = startPool(children, 100, true);
    await children.answer(outcomeOf(12, 'kept'));
    expect(children.running()).toEqual([10, 11]);
    await children.answer(outcomeOf(10, 'kept'));
    await children.answer(outcomeOf(11, undefined));
    await ended;
    expect(done).toEqual([12, 10, 11]);
  });

  it('waits for nothing more once it is stopped', async () => {
    const children = fakeChildren();
    const { stop, done, ended } = startPool(children, 100);
    await children.answer(outcomeOf(10, undefined));
    stop.abort();
    await ended;
    await children.answer(outcomeOf(11, undefined));
    expect(done).toEqual([10]);
    expect(children.closed()).toBe(3);
  });
});
