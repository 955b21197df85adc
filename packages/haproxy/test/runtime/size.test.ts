import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseSessions } from '../../src/runtime/sessions.ts';
import { csvDialect, parseTable, spacedDialect } from '../../src/runtime/table.ts';
import { never, scripted } from './rig.ts';

const session = (id: number): string =>
  `0x${id.toString(16)}: proto=tcpv4 src=10.100.100.100:${10_000 + id} fe=a be=be srv=w1 ${'x'.repeat(250)}\n`;

describe('lists that no HAProxy sends are refused before all of them is read', () => {
  it.each([
    ['newlines', '\n'.repeat(10_000_000), /empty line/],
    [
      'more sessions than it could hold',
      `${session(1).slice(0, 60).trim()}\n`.repeat(300_000).concat('\n'),
      /more than 200000/,
    ],
  ])('%s', (_, answer, fault) => {
    expect(parseSessions(answer)).toEqual({ fault: expect.stringMatching(fault) });
  });

  it.each([
    ['servers', spacedDialect, '# be_id srv_name\n', '4 w1\n'],
    ['statistics', csvDialect, '# pxname,svname\n', 'be,w1\n'],
  ])('more rows of %s than it could hold', (_, dialect, head, row) => {
    expect(parseTable(`${head}${row.repeat(12_001)}\n`, dialect, [])).toEqual({
      fault: expect.stringMatching(/12000 rows/),
    });
    expect(parseTable(`${head}${row.repeat(12_000)}\n`, dialect, [])).toMatchObject({ rows: { length: 12_000 } });
  });
});

it('what is remembered of a list of sessions does not hold the list in memory', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const kept: string[] = [];
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let turn = 0; turn < 30; turn++) {
    const list = Array.from({ length: 5_000 }, (_, id) => session(id)).join('');
    const found = await scripted(() => `${list}\n`).driver.sessions(never);
    kept.push(found[turn]!.source);
  }
  gc();
  expect(kept).toHaveLength(30);
  // Thirty lists are 50 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(15_000_000);
});
