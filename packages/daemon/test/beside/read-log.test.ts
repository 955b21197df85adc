import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { nodeHost } from '../../src/adapters/host.ts';
import { type LogQuery, maxLogBytes, readLog } from '../../src/beside/read-log.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-logs-'));
  mkdirSync(join(root, 'logs'));
});
afterEach(() => rmSync(root, { recursive: true }));

const secret = 'c98b62a9b6169ac5f67dae55ae4a9088';
const read = (query: Partial<LogQuery> = {}) =>
  readLog(
    { log: 'manager', offset: 0, limit: 500, ...query },
    { host: nodeHost, root, secrets: [secret], turn: async () => {} },
  );
const write = (text: string | Uint8Array, name = 'ossec.log'): void => writeFileSync(join(root, 'logs', name), text);

const managers = [
  '2026/01/31 10:00:00 wazuh-remoted: INFO: (1410): Reading authentication keys file.',
  '2026/01/31 10:00:01 wazuh-modulesd:syscollector: WARNING: It is slow.',
  '2026/01/31 10:00:02 wazuh-remoted[77] secure.c:12 at HandleSecure(): ERROR: (1408): Invalid ID 005.',
  '2026/01/31 10:00:03 ossec-analysisd: CRITICAL: (1202): Configuration error.',
];

it('the manager’s lines come newest first, with time, level, tag and text', async () => {
  write(`${managers.join('\n')}\n`);
  expect(await read()).toEqual({
    rows: [
      { time: '2026/01/31 10:00:03', level: 'critical', tag: 'ossec-analysisd', text: '(1202): Configuration error.' },
      { time: '2026/01/31 10:00:02', level: 'error', tag: 'wazuh-remoted', text: '(1408): Invalid ID 005.' },
      { time: '2026/01/31 10:00:01', level: 'warning', tag: 'wazuh-modulesd:syscollector', text: 'It is slow.' },
      {
        ...{ time: '2026/01/31 10:00:00', level: 'info', tag: 'wazuh-remoted' },
        text: '(1410): Reading authentication keys file.',
      },
    ],
    total: 4,
  });
});

it('Muster’s own lines have both tags, plain and as JSON', async () => {
  write(
    [
      '2026/01/31 10:00:00 INFO: [Worker worker1] [Integrity sync] In sync.',
      '{"time":"2026-01-31T09:00:01.000Z","level":"error","tag":"Master","subtag":"Main","text":"Turned away"}',
    ].join('\n'),
    'cluster.log',
  );
  expect((await read({ log: 'cluster' })).rows).toEqual([
    { time: '2026-01-31T09:00:01.000Z', level: 'error', tag: 'Master: Main', text: 'Turned away' },
    { time: '2026/01/31 10:00:00', level: 'info', tag: 'Worker worker1: Integrity sync', text: 'In sync.' },
  ]);
  expect((await read({ log: 'cluster', tag: 'Master' })).total).toBe(1);
});

it('the manager’s JSON layout is read, too', async () => {
  write('{"timestamp":"2026/01/31 10:00:00","tag":"wazuh-db","level":"debug","description":"opened"}\n');
  expect((await read()).rows).toEqual([
    { time: '2026/01/31 10:00:00', level: 'debug', tag: 'wazuh-db', text: 'opened' },
  ]);
});

it('a line that is no other’s beginning belongs to the one before; without one before it stands alone', async () => {
  write(['of an older line', managers[0], '  a second line', 'a third', managers[1]].join('\n'));
  expect((await read()).rows.map(({ tag, text }) => `${tag}|${text}`)).toEqual([
    'wazuh-modulesd:syscollector|It is slow.',
    'wazuh-remoted|(1410): Reading authentication keys file.\n  a second line\na third',
    '|of an older line',
  ]);
});

it.each([
  [{ level: 'error' }, 1],
  [{ tag: 'wazuh-remoted' }, 2],
  [{ tag: 'wazuh-modulesd' }, 0],
  [{ search: 'READING' }, 1],
  [{ search: 'i', level: 'info' }, 1],
  [{ search: 'nowhere' }, 0],
] as const)('%j finds %d', async (query, count) => {
  write(managers.join('\n'));
  const { rows, total } = await read(query);
  expect([rows.length, total]).toEqual([count, count]);
});

it('a page has what lies in it, and the total of all', async () => {
  write(managers.join('\n'));
  const { rows, total } = await read({ offset: 1, limit: 2 });
  expect([rows.map(({ level }) => level), total]).toEqual([['error', 'warning'], 4]);
  expect(await read({ offset: 9 })).toEqual({ rows: [], total: 4 });
});

it('secrets are hidden, and cannot be searched for', async () => {
  const line = (text: string): string => `2026/01/31 10:00:00 wazuh-authd: INFO: ${text}`;
  write([line(`joined with ${secret}`), line('password: hunter2'), line('<key>abc</key>')].join('\n'));
  const { rows } = await read();
  expect(rows.map(({ text }) => text)).toEqual(['<key>*****</key>', 'password: *****', 'joined with *****']);
  expect((await read({ search: 'hunter' })).total).toBe(0);
  expect((await read({ search: secret.slice(0, 8) })).total).toBe(0);
});

it('of a long file the last 4 MiB are read, whole lines only', async () => {
  const line = (id: number): string => `2026/01/31 10:00:00 wazuh-db: INFO: line ${String(id).padStart(60, '0')}`;
  write(Array.from({ length: 60_000 }, (_, id) => line(id)).join('\n'));
  const { rows, total } = await read({ limit: 1 });
  expect(rows[0]?.text).toMatch(/59999$/);
  expect(total).toBe(Math.floor(maxLogBytes / (line(0).length + 1)));
});

it('a log that is not there is empty', async () => {
  expect(await read()).toEqual({ rows: [], total: 0 });
});

const inItsPlace: readonly (readonly [what: string, make: (path: string) => unknown, code: string])[] = [
  ['a symlink', (path) => symlinkSync('/etc/passwd', path), 'ELOOP'],
  ['a pipe that nobody writes', (path) => execFileSync('mkfifo', [path]), 'NOT_A_FILE'],
  ['a folder', (path) => mkdirSync(path), 'NOT_A_FILE'],
];
it.each(inItsPlace)(
  '%s in its place is refused by name, neither followed nor waited for',
  async (_what, make, code) => {
    make(join(root, 'logs/ossec.log'));
    await expect(read()).rejects.toMatchObject({
      code: 'log-unreadable',
      message: `R/logs/ossec.log cannot be read (${code}): it must be a plain file that Muster's user may read.`,
    });
  },
);

it('whatever bytes there are, rows are bounded and hold no control character but the end of a line', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(...managers, '{', '{"time":1}', 'x'.repeat(20_000), '\n', '\n\n').map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      write(Buffer.concat(pieces.flatMap((each) => [each, Buffer.from('\n')])));
      const { rows, total } = await read();
      expect(total).toBe(rows.length);
      for (const row of rows) {
        expect(row.text.length).toBeLessThanOrEqual(2_000);
        expect([row.time.length <= 64, row.level.length <= 32, row.tag.length <= 512]).toEqual([true, true, true]);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
        expect(`${row.time}${row.level}${row.tag}${row.text}`).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
      }
    }),
    { numRuns: 60 },
  );
});
