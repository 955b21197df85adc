import { help, parseArguments } from '../../src/command/arguments.ts';

const known = { planted: ['early', 'hidden'], plain: ['turns', 'clocks'], cores: 3 };
const parse = (line: string) => parseArguments(line === '' ? [] : line.split(' '), known);
const faultsOf = (line: string): readonly string[] => {
  const wish = parse(line);
  expect(wish.type).toBe('wrong');
  return wish.type === 'wrong' ? wish.text.split('\n').slice(0, -1) : [];
};

describe('the arguments', () => {
  it('are a thousand seeds from 1 on every core when nothing is said', () => {
    expect(parse('')).toEqual({
      type: 'seeds',
      from: 1,
      count: 1_000,
      options: {},
      jobs: 3,
      shrink: true,
      save: undefined,
      planted: undefined,
    });
  });

  it.each([
    [
      '--seeds 7 --from 9 --nodes 5 --minutes 2',
      { type: 'seeds', from: 9, count: 7, options: { nodes: 5, minutes: 2 } },
    ],
    ['--seed 0', { type: 'one', seed: 0, cut: {} }],
    ['--seed=4294967295', { type: 'one', seed: 4_294_967_295 }],
    ['--plan a.json --no-shrink', { type: 'one', file: 'a.json', shrink: false }],
    ['--seed 1 --only d1,d2 --workers 1', { cut: { only: ['d1', 'd2'], workers: 1 } }],
    ['--seed 1 --only none --stop-after 0', { cut: { only: [], stopAfterMs: 0 } }],
    ['--seed 1 --plain turns,clocks', { cut: { plain: ['turns', 'clocks'] } }],
    ['--seed 1 --trace t', { trace: 't' }],
    ['--seed 1 --planted early', { type: 'one', planted: 'early' }],
    ['--planted early', { type: 'planted', planted: 'early', count: 4_000 }],
    ['--planted all --seeds 9', { type: 'planted', planted: 'all', count: 9 }],
    ['--hashes', { type: 'hashes', binaries: [] }],
    ['--hashes --node-binaries a,b', { type: 'hashes', binaries: ['a', 'b'] }],
    ['--list', { type: 'list' }],
    ['--help --seeds x', { type: 'help' }],
  ])('%s is understood', (line, wish) => {
    expect(parse(line)).toMatchObject(wish);
  });

  it.each([
    ['--seeds 0', '--seeds 0: give a whole number from 1 to 10000000'],
    ['--seeds 1.5', '--seeds 1.5: give a whole number from 1 to 10000000'],
    ['--seed 4294967296', '--seed 4294967296: give a whole number from 0 to 4294967295'],
    ['--nodes 1', '--nodes 1: give a whole number from 2 to 9'],
    ['--nodes 10', '--nodes 10: give a whole number from 2 to 9'],
    ['--jobs none', '--jobs none: give a whole number from 1 to 256'],
    ['--seeds -1', '--seeds -1: give a whole number from 1 to 10000000'],
    ['--seeds=-1', '--seeds -1: give a whole number from 1 to 10000000'],
    ['--seeds', '--seeds: it has no value; give it one'],
    ['--trace --seed 1', '--trace: it has no value; give it one'],
    ['--list=1', '--list: it takes no value; leave that out'],
    ['--seed 1 --seed 2', '--seed is given more than once: leave the others out'],
    ['--list --jobs 2', '--list and --jobs exclude each other: leave one of them out'],
    ['--hashes --save d', '--hashes and --save exclude each other: leave one of them out'],
    ['--planted all --save d', '--save writes shrunk runs, and --planted all shrinks none: give the name of one fault'],
    ['--planted x', '--planted x: there is no such fault; give all or one of these:'],
    ['--planted x', '  early, hidden'],
    ['--seed 1 --plain x', '--plain x: there is no such part; give some of turns, clocks'],
    ['--plan=', '--plan: it is empty; give it a value, or leave it out'],
    [
      '--from 4294967295 --seeds 2',
      '--from 4294967295: the last seed is 4294967295; begin earlier, or give fewer --seeds',
    ],
    ['--trace f', '--trace is for one run: add --seed or --plan'],
    ['--only d1', '--only is for one run: add --seed or --plan'],
    ['--seed 1 --seeds 2', '--seed and --seeds exclude each other: leave one of them out'],
    ['--plan f --nodes 3', '--plan and --nodes exclude each other: leave one of them out'],
    ['--node-binaries a', '--node-binaries compares hashes: add --hashes'],
    ['--save d --no-shrink', '--save writes shrunk runs: leave --no-shrink out'],
    ['--seed 1 --planted all', '--planted all is for many seeds: give the name of one fault'],
    ['--frob', "Unknown option '--frob'"],
    ['seeds', "Unexpected argument 'seeds'"],
  ])('%s is refused with its cure', (line, fault) => {
    expect(faultsOf(line)).toContain(fault);
  });

  it('are explained with every exit code', () => {
    const text = help(known.plain);
    for (const code of [0, 1, 64, 130]) expect(text).toMatch(new RegExp(`Exit codes: .*\\b${code} `, 's'));
  });

  it('name many faults in lines of a width that any terminal has', () => {
    const planted = Array.from({ length: 30 }, (_, at) => `a-fault-of-number-${at}`);
    const wish = parseArguments(['--planted', 'x'], { ...known, planted });
    const lines = wish.type === 'wrong' ? wish.text.split('\n') : [];
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
    expect(lines.slice(1, -1).join('').split(',')).toHaveLength(30);
  });

  it('are refused with all their faults at once', () => {
    expect(faultsOf('--seeds x --jobs y --trace f')).toHaveLength(3);
  });
});
