import { afterEnd, type Ended } from '../src/restart.ts';

const ended: Ended = { code: 1, signal: null, ranMs: 100, asked: false };
const cases: readonly [name: string, end: Ended, reaction: string][] = [
  ['one that the lab stopped is left', { ...ended, asked: true }, 'leave'],
  ['one that was killed is started again', { ...ended, code: null, signal: 'SIGKILL' }, 'restart'],
  ['one that failed at once is given up', ended, 'give-up'],
  ['one that failed 1 ms short of 3 s is given up', { ...ended, ranMs: 2_999 }, 'give-up'],
  ['one that failed after 3 s is started again', { ...ended, ranMs: 3_000 }, 'restart'],
  ['one that somebody stopped in good order is started again', { ...ended, code: 0 }, 'restart'],
];

describe('a node that ends', () => {
  it.each(cases)('%s', (_name, end, reaction) => expect(afterEnd(end)).toBe(reaction));
});
