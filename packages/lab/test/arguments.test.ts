import { parseArguments } from '../src/arguments.ts';

const defaults = {
  workers: 2,
  agents: 30,
  from: undefined,
  forMs: undefined,
  port: 0,
  haproxy: false,
  keep: false,
  verbose: false,
};
const run = (options: object) => ({ type: 'run', options: { ...defaults, ...options } });

const sound: readonly [line: string, options: object][] = [
  ['', {}],
  ['--workers 1', { workers: 1 }],
  ['--workers 32', { workers: 32 }],
  ['--agents 0', { agents: 0 }],
  ['--agents 300', { agents: 300 }],
  ['--from /tmp/x --keep --verbose', { from: '/tmp/x', keep: true, verbose: true }],
  ['--for 30s', { forMs: 30_000 }],
  ['--for 30', { forMs: 30_000 }],
  ['--for 2min', { forMs: 120_000 }],
  ['--for 2m', { forMs: 120_000 }],
  ['--port 1025', { port: 1025 }],
  ['--port 65534', { port: 65_534 }],
];

const faulty: readonly [line: string, words: string][] = [
  ['--workers 0', '--workers 0: give a number from 1 to 32'],
  ['--workers 33', '--workers 33'],
  ['--workers two', '--workers two'],
  ['--agents 10001', '--agents 10001: give a number from 0 to 10000'],
  ['--agents some', '--agents some'],
  ['--port 1024', '--port 1024: give 0, or a number from 1025 to 65534'],
  ['--port 65535', '--port 65535'],
  ['--for soon', '--for soon: give a time such as 30s or 2min'],
  ['--for 0s', '--for 0s'],
  ['--wat', "Unknown option '--wat'"],
  ['stray', 'stray'],
  ['--from=', '--from: give a folder'],
];

const words = (line: string): readonly string[] => line.split(' ').filter((word) => word !== '');

describe('the arguments of the lab', () => {
  it.each(sound)('«%s» is taken', (line, options) => expect(parseArguments(words(line))).toEqual(run(options)));

  it.each(faulty)('«%s» is refused with words', (line, text) => {
    expect(parseArguments(words(line))).toMatchObject({ type: 'wrong', text: expect.stringContaining(text) });
  });

  it('name every fault at once', () => {
    const parsed = parseArguments(['--workers', '0', '--port', '7']);
    expect(parsed).toMatchObject({ text: expect.stringMatching(/--workers 0[\s\S]*--port 7/) });
  });

  it('give help', () => expect(parseArguments(['--help'])).toEqual({ type: 'help' }));
});
