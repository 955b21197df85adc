import type { ActorDetail } from '@muster/protocol';
import { ansi, plain } from '@muster/render';
import fc from 'fast-check';
import { ratesOf, sorted } from '../src/rates.ts';
import { renderDetail } from '../src/render/detail.ts';
import { renderHelp } from '../src/render/help.ts';
import { clockTime, cut, dateTime, percent, perSecond, pretty, span } from '../src/render/show.ts';
import { renderBench, renderDeadLetters, renderEvent, renderLinks, renderTraced } from '../src/render/tables.ts';
import { renderTop } from '../src/render/top.ts';
import { actors, detail, event, links, row, traced } from './double.ts';

const style = { paint: plain, boxes: true };
const hostile = 'x\u001b[2J\u202e';
const shown = 'x\\x1b[2J\\x202e';

describe('rates', () => {
  const before = { atMs: 1_000, actors: [row('/a', { processed: 10, busyMs: 5 }), row('/b', { processed: 90 })] };

  it('are what was done between two looks', () => {
    const after = { atMs: 3_000, actors: [row('/a', { processed: 30, busyMs: 505 })] };
    expect(ratesOf(before, after)).toEqual([
      { path: '/a', state: 'running', mailbox: 0, restarts: 0, processed: 30, perSecond: 10, busy: 0.25 },
    ]);
  });

  it('of an actor that began anew, or is new, are counted from nothing', () => {
    const after = { atMs: 2_000, actors: [row('/b', { processed: 4, busyMs: 1 }), row('/c', { processed: 2 })] };
    expect(ratesOf(before, after).map(({ perSecond }) => perSecond)).toEqual([4, 2]);
  });

  it('are not known after one look, nor when no time went by', () => {
    expect(ratesOf(undefined, before)[0]).toMatchObject({ perSecond: undefined, busy: undefined });
    expect(ratesOf(before, before)[0]).toMatchObject({ perSecond: undefined, busy: undefined });
  });

  it('leave supervisors out, and are sorted by the most, then by path', () => {
    const rates = ratesOf(undefined, { atMs: 0, actors });
    const paths = (key: Parameters<typeof sorted>[1]) => sorted(rates, key).map(({ path }) => path);
    expect(paths('path')).toEqual([
      '/file-sync',
      '/integrity',
      '/keep-alive',
      '/links/node:worker1',
      '/links/node:worker2',
    ]);
    expect(paths('mailbox')[0]).toBe('/keep-alive');
    expect(paths('rate')[0]).toBe('/links/node:worker1');
    expect(paths('restarts').slice(0, 2)).toEqual(['/links/node:worker2', '/file-sync']);
    expect(paths('busy')[0]).toBe('/file-sync');
  });
});

it('top is cut to the terminal, and marks its order', () => {
  const rates = ratesOf({ atMs: 0, actors: [] }, { atMs: 10_000, actors });
  const view = { node: 'zeus', rates, sort: 'mailbox' as const, isCut: false };
  expect(renderTop(view, style, 5, 80)).toEqual([
    'zeus: 5 actors, 70 messages/s, 0.9 % busy, 2 waiting',
    '',
    'ACTOR        MAILBOX*  MSG/S  BUSY   HANDLED  RESTARTS',
    '/keep-alive         2     10  0.1 %      100         0',
    '/file-sync          0     10  0.1 %      100         0',
  ]);
  const long = { ...view, rates: ratesOf(undefined, { atMs: 0, actors: [row(`/${'x'.repeat(300)}`)] }) };
  for (const line of renderTop(long, style, 9, 80)) expect(line.length).toBeLessThanOrEqual(80);
});

describe('an actor from inside', () => {
  it('is shown with its state, its last messages and what it may be told', () => {
    expect(renderDetail(detail, style)).toEqual([
      'Actor       /keep-alive, actor, running for 1 min',
      'Mailbox     0 waiting of 1000, 3 at most; 0 had no room',
      'Work        100 messages handled in 10 ms; 1 under way outside',
      'Restarts    0',
      'Last error  5 s ago: Error: drill\\x1b[2J',
      '',
      'State',
      '{"nodes":["worker1"],"key":"[hidden]"}',
      '',
      'Last messages',
      'WHEN     TOOK     MESSAGE  CONTENT',
      '2 s ago  0.12 ms  beat     {"sequence":4}',
      '',
      'It can be told and asked',
      'ask {"type":"get-nodes"}  who lives',
      'tell {"type":"look-now"}  looks at once',
    ]);
  });

  it('without state, children, messages or error is shown without them', () => {
    const { state: _state, lastErrorAgoMs: _ago, ...rest } = detail;
    const bare: ActorDetail = { ...rest, row: row('/links', { kind: 'supervisor' }), messages: [], operations: [] };
    expect(renderDetail(bare, style)).toHaveLength(4);
    const lines = renderDetail({ ...bare, children: [row('/links/a'), row('/links/b')] }, style);
    expect(lines.slice(4, 8).map((line) => line.split(' ')[0])).toEqual(['', 'Children', 'ACTOR', 'a']);
  });
});

describe('lists', () => {
  it('of dead letters name the count, and what of it is shown', () => {
    const letter = { agoMs: 3_000, to: '/a', message: 'beat', shown: '{}', reason: 'stopped' as const };
    expect(renderDeadLetters({ type: 'dead-letters', count: 0, rows: [] }, style)).toEqual([
      'No message was lost since the start.',
    ]);
    expect(renderDeadLetters({ type: 'dead-letters', count: 300, rows: [letter] }, style)).toEqual([
      '300 messages reached nobody since the start; the last 1',
      '',
      'WHEN     TO  MESSAGE  WHY      CONTENT',
      '3 s ago  /a  beat     stopped  {}',
    ]);
  });

  it('of links tell what waits, and who does not answer', () => {
    const silent = { ...links.rows[0]!, peer: 'worker2' };
    delete (silent as { roundTripMs?: number }).roundTripMs;
    const lines = renderLinks({ ...links, rows: [...links.rows, silent] }, style);
    expect(lines[0]).toBe('2 links, 2 reconnects since the start');
    expect(lines[3]).toContain('worker1  worker  2 min     0.40 ms  -3 ms  2.0 KiB   4.0 KiB');
    expect(lines[4]).toContain('no answer');
    expect(renderLinks({ ...links, rows: [], reconnects: 0 }, style)).toEqual([
      '0 links, 0 reconnects since the start',
    ]);
  });

  it('of events have one line each', () => {
    const line = renderEvent(event(1, { kind: 'crashed', subject: hostile, text: hostile }), style);
    expect(line.slice(19)).toBe(`  crashed     ${shown}: ${shown}`);
  });
});

it('a traced message is a line of its time, its actor and what it took, cut to the terminal', () => {
  const noon = new Date(2026, 1, 3, 12, 0, 0, 250).getTime();
  const one = traced('beat', { agoMs: 250, waitMs: 3, shown: '{"a":1}' });
  expect(renderTraced(one, noon, 200, style)).toBe('12:00:00.000  /keep-alive  beat  0.050 ms, waited 3.0 ms  {"a":1}');
  expect(renderTraced(one, noon, 40, style)).toHaveLength(40);
  expect(renderTraced(traced(hostile), noon, 200, style)).toContain(shown);
});

it('a bench tells what did not come back', () => {
  const bench = { type: 'bench' as const, count: 90, tookMs: 30, p50Ms: 0.01, p99Ms: 0.5, maxMs: 12 };
  expect(renderBench('/a', 100, bench)).toEqual([
    '/a: 90 messages in 30 ms, 3000/s; 10 did not come back in time',
    'Each waited for its turn: 0.010 ms at the median, 0.50 ms at 99 %, 12 ms at most',
  ]);
});

it('units are short', () => {
  expect([0, 0.5, 9.94, 10, 2_000].map(span)).toEqual(['0.000 ms', '0.50 ms', '9.9 ms', '10 ms', '2 s']);
  expect([undefined, 0, 0.44, 9.96, 12.4].map(perSecond)).toEqual(['-', '0', '0.4', '10.0', '12']);
  expect([undefined, 0.005, 1].map(percent)).toEqual(['-', '0.5 %', '100.0 %']);
  expect([cut('abc', 3), cut('abcd', 3), cut('a', 0)]).toEqual(['abc', 'ab…', '…']);
  expect(clockTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
  expect(clockTime(-Number.MAX_SAFE_INTEGER)).toBe('-');
  expect(dateTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('2026-01-02 03:04:05');
  expect(dateTime(Number.MAX_SAFE_INTEGER)).toBe('-');
});

it('JSON is broken into lines where it is too long, and stays what it is', () => {
  const long = 'x'.repeat(80);
  expect(pretty(JSON.stringify({ a: 1, b: [long, long], c: {} }))).toEqual([
    '{',
    '  "a": 1,',
    '  "b": [',
    `    "${long}",`,
    `    "${long}"`,
    '  ],',
    '  "c": {}',
    '}',
  ]);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plainAscii = JSON.stringify(value);
      fc.pre(/^[ -~]*$/.test(plainAscii));
      expect(JSON.parse(pretty(plainAscii).join('\n'))).toEqual(JSON.parse(plainAscii));
    }),
  );
});

it('JSON that was cut is shown as it came, without control characters', () => {
  expect(pretty('{"a":1')).toEqual(['{"a":1']);
  expect(pretty(`{"a":"${hostile}`)).toEqual([`{"a":"${shown}`]);
});

it('help fits 80 columns beside its commands, and colours nothing where there is no terminal', () => {
  expect(renderHelp(plain).join('\n')).not.toContain('\u001b');
  expect(renderHelp(ansi).join('\n')).toContain('\u001b');
});
