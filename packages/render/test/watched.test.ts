/** What `muster events`, `muster doctor` and `--watch` show. */
import type { EventRow } from '@muster/protocol';
import fc from 'fast-check';
import { ansi, cellsOf, cutLine, eventTable, fitLines, fold, localTime, plain, renderFindings } from '../src/index.ts';

const at = new Date(2026, 2, 1, 12, 3, 7).getTime();
const row = (changes: Partial<EventRow>): EventRow => ({
  id: 1,
  atMs: at,
  kind: 'joined',
  subject: 'worker1',
  text: 'linked',
  ...changes,
});

describe('a table of events', () => {
  it('has its head once, and rows that stand below each other', () => {
    const table = eventTable(plain);
    expect(table.part([row({})])).toEqual([
      'TIME                 KIND      SUBJECT   WHAT HAPPENED',
      '2026-03-01 12:03:07  joined    worker1   linked',
    ]);
    expect(table.part([])).toEqual([]);
    expect(table.part([row({ kind: 'unreachable' }), row({})])).toEqual([
      '2026-03-01 12:03:07  unreachable  worker1   linked',
      '2026-03-01 12:03:07  joined       worker1   linked',
    ]);
  });

  it('leaves to the text of a row how often it was, and lets nothing through that a terminal would obey', () => {
    const text = '3 times in 2 s, the last: a\u001b[2J';
    expect(eventTable(plain).part([row({ times: 3, text })])[1]).toMatch(/ 3 times in 2 s, the last: a\\x1b\[2J$/);
    expect(localTime(Number.NaN)).toBe('-');
  });
});

describe('findings', () => {
  it('are a line each, with the cure below and a count at the end', () => {
    const lines = renderFindings(
      [
        { verdict: 'ok', check: 'key', text: 'strong' },
        { verdict: 'fail', check: 'disk worker1', text: 'full', cure: 'Free some.' },
      ],
      plain,
    );
    expect(lines).toEqual([
      'ok    key           strong',
      'fail  disk worker1  full',
      '                    mend: Free some.',
      '',
      '2 checks: 1 ok, 0 warn, 1 fail',
    ]);
  });
});

describe('a folded line', () => {
  it('breaks where the terminal ends, and keeps its colours', () => {
    expect(fold('abcdef', 4)).toEqual(['abcd', 'ef']);
    expect(fold('', 4)).toEqual(['']);
    expect(fold(`a${ansi('bcd', 'bad')}e`, 2)).toEqual(['a\u001b[31mb', 'cd\u001b[0m', 'e'].map((each) => each));
  });

  it('loses nothing, and has no piece that is too long', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
        const line = ansi(text.replaceAll('\u001b', '.'), 'good');
        const pieces = fold(line, columns);
        expect(pieces.join('')).toBe(line);
        expect(Math.max(...pieces.map(cellsOf))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('a line of a table', () => {
  it('is cut where the terminal ends, and its colours end with it', () => {
    expect([cutLine('abcd', 4), cutLine('abcde', 4)]).toEqual(['abcd', 'abc…']);
    expect(cutLine(`a${ansi('bcde', 'bad')}f`, 4)).toBe('a\u001b[31mbc…\u001b[0m');
  });

  it('takes one row of a screen; sentences before and behind it lose nothing', () => {
    const lines = [
      'Cluster of a name',
      '',
      'NODE  LAST KEEP-ALIVE',
      'w1    3 s ago for ever',
      '',
      'w1: it waits for long.',
    ];
    expect(fitLines(lines, 12)).toEqual([
      ...['Cluster of a', ' name', '', 'NODE  LAST …', 'w1    3 s a…', '', 'w1: it waits', ' for long.'],
    ]);
    expect(fitLines(['Why   it waits for long'], 12)).toEqual(['Why   it wai', 'ts for long']);
  });

  it('is never wider than the screen', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 60 })), fc.integer({ min: 2, max: 40 }), (texts, columns) => {
        const lines = ['A  B', ...texts].map((text) => ansi(text.replaceAll('\u001b', '.'), 'good'));
        expect(Math.max(...fitLines(lines, columns).map(cellsOf))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
