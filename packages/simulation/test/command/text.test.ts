import { openOutput } from '../../src/command/process.ts';
import { openTally } from '../../src/command/tally.ts';
import {
  columns,
  commandOf,
  counted,
  failureTable,
  failureText,
  grouped,
  outcomeLine,
  planText,
  progressLine,
  situationTable,
} from '../../src/command/text.ts';
import { outcomeOf, planWith } from './fake-plan.ts';

describe('what is shown', () => {
  it('groups digits the same way on every machine', () => {
    expect([0, 999, 1_000, 1_234_567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([counted(1, 'seed'), counted(0, 'seed')]).toEqual(['1 seed', '0 seeds']);
  });

  it('tells how far many seeds are', () => {
    const tally = openTally();
    tally.add(outcomeOf(1, undefined, { met: ['a'] }));
    tally.add(outcomeOf(2, 'kept', { met: ['a', 'b'] }));
    expect(progressLine(tally, 1_000, ['a', 'b', 'c'], 4_000)).toBe(
      '2/1,000 seeds, 1 failed, 0.5 seeds/s, 500 x real time, 2/3 situations',
    );
  });

  it('names the situations that no seed met first, and those that nobody listed', () => {
    expect(
      situationTable(
        ['b', 'a', 'c'],
        new Map([
          ['a', 5],
          ['c', 1_200],
          ['x', 2],
        ]),
      ),
    ).toEqual([
      'SITUATION  SEEDS',
      'b          none',
      'x          2      not in the list of situations',
      'a          5',
      'c          1,200',
    ]);
  });

  it('names the failed seeds of each invariant, the lowest first', () => {
    const tally = openTally();
    for (const seed of [9, 3, 4]) tally.add(outcomeOf(seed, seed === 4 ? 'other' : 'kept'));
    expect(failureTable(tally)).toEqual(['INVARIANT  FAILED  SEEDS', 'kept       2       3 9', 'other      1       4']);
  });

  it('tells of a failure what, when, and what came before, at most 40 lines each', () => {
    const lines = Array.from({ length: 60 }, (_, at) => `step ${at}`);
    const text = failureText(outcomeOf(17, 'kept', { lastSteps: lines, logTail: ['started'] }));
    expect(text.slice(0, 5)).toEqual([
      'Seed 17: kept at 1000.000 s',
      '  it is so',
      '',
      'The last steps:',
      '    step 20',
    ]);
    expect(text.slice(-4)).toEqual(['    step 59', '', 'The end of the log:', '  started']);
  });

  it('marks the deeds among the steps, and leaves the probes out of the log', () => {
    const lastSteps = ['1.0  master   turn /links', '1.5  world    deed 4 keys master'];
    const logTail = ['1.1 master warning [Actors] /probes/mayfly crashed: probe.', '1.2 master info [Main] Started.'];
    expect(failureText(outcomeOf(17, 'kept', { lastSteps, logTail })).slice(3)).toEqual([
      'The last steps:',
      '    1.0  master   turn /links',
      '  > 1.5  world    deed 4 keys master',
      '',
      'The end of the log:',
      '  1.2 master info [Main] Started.',
    ]);
  });

  it('does not tell when a process died that could not say', () => {
    expect(failureText(outcomeOf(17, 'process-died', { steps: 0 }))[0]).toBe('Seed 17: process-died');
  });

  it('shows a plan in words', () => {
    expect(planText(planWith(1, 1), ({ id }) => `${id} is done`)).toEqual([
      'Seed 1: a master and 1 worker, 50 files',
      'muster.yaml:',
      '  sync: {}',
      'healWithinMs: 1',
      'lateTurns: {"chance":0.5,"maxMs":3}',
      'skewMs: {"master":4}',
      '1 deed:',
      '  d1 is done',
    ]);
  });

  it('shows how a run went in one line', () => {
    expect(outcomeLine(outcomeOf(1, undefined), 2_000)).toBe(
      'kept every promise, 1000.000 s simulated in 2.00 s (500 per s), 10 steps, 0 situations met, hash 0123456789abcdef',
    );
  });

  it('quotes what a shell would take apart', () => {
    expect(commandOf(['--plan', 'a b.json', '--only', 'd1,d2'])).toBe(
      "npm run simulate -- --plan 'a b.json' --only d1,d2",
    );
  });

  it('makes columns as wide as they must be', () => {
    expect(
      columns([
        ['a', 'b'],
        ['ccc', 'd'],
      ]),
    ).toEqual(['a    b', 'ccc  d']);
  });
});

describe('a terminal', () => {
  const open = (isTTY: boolean, columns = 20) => {
    const written: string[] = [];
    const stream = { isTTY, columns, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
    return { written, output: openOutput(stream, stream) };
  };

  it('shows one status line, which every other line pushes away', () => {
    const { output, written } = open(true);
    output.status('1 of 9');
    output.status('2 of 9');
    output.line('seed 3 failed');
    expect(written.join('')).toBe('1 of 9\r\x1b[K2 of 9\r\x1b[Kseed 3 failed\n');
  });

  it('cuts a status that is too long for it', () => {
    const { output, written } = open(true, 5);
    output.status('123456789');
    expect(written).toEqual(['1234']);
  });

  it('is not assumed where there is none: a status is a line, every 10 s', () => {
    const { output, written } = open(false);
    output.status('123456789 123456789 123456789');
    expect(written).toEqual(['123456789 123456789 123456789\n']);
    expect(output.statusEveryMs).toBe(10_000);
  });
});
