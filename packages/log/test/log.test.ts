import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { type Log, type LogOptions, openLog } from '@muster/log';
import { maxKeptLines } from '../src/cluster-file.ts';
import { maxUnreadBytes } from '../src/open-log.ts';

let root: string;
let now: number;
let stdout: PassThrough;
let stderr: PassThrough;
let log: Log | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-log-'));
  now = new Date(2026, 10, 21, 12).getTime();
  stdout = new PassThrough();
  stderr = new PassThrough();
});
afterEach(async () => {
  await log?.close();
  log = undefined;
  rmSync(root, { recursive: true, force: true });
});

const path = () => join(root, 'logs/cluster.log');
const archive = (name: string) => join(root, 'logs/cluster/2026/Nov', name);
const textOf = (file: string) => readFileSync(file, 'utf8').replace(/^.*?\] \[Main\] /gm, '');
const unpacked = (file: string) =>
  gunzipSync(readFileSync(file))
    .toString()
    .replace(/^.*?\] \[Main\] /gm, '');
const read = (stream: PassThrough): string => String(stream.read() ?? '');
const modeOf = (file: string): number => statSync(file).mode & 0o777;

function open(more: Partial<LogOptions> = {}) {
  const streams = { stdout, stderr };
  log = openLog({ root, format: 'plain', level: 'info', stdout: false, wallNow: () => now, streams, ...more });
  return { log, logger: log.for('Cluster', 'Main') };
}

const ids = () => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

const nextDay = (): void => {
  now += 24 * 3_600_000;
};

test('a line goes to the file, mode 0660, and to standard output where that is wanted', async () => {
  const { log, logger } = open({ stdout: true });
  logger.info('hello');
  await log.close();
  expect(readFileSync(path(), 'utf8')).toBe('2026/11/21 12:00:00 INFO: [Cluster] [Main] hello\n');
  expect(modeOf(path())).toBe(0o660);
  expect(read(stdout)).toBe('2026/11/21 12:00:00 INFO: [Cluster] [Main] hello\n');
  expect(read(stderr)).toBe('');
});

test('when a call returns its line is in the file, in a burst too', () => {
  const { logger } = open();
  for (let line = 1; line <= 300; line += 1) {
    logger.info(String(line));
    if (line % 100 === 0) expect(textOf(path()).split('\n')).toHaveLength(line + 1);
  }
});

test('every level has its own call, and those below the level of the log are left out', async () => {
  const { log, logger } = open();
  const all = ['debug2', 'debug', 'info', 'warning', 'error', 'critical'] as const;
  for (const level of all) logger[level](level);
  log.setLevel('debug2');
  for (const level of all) logger[level](`${level} again`);
  log.setLevel('critical');
  for (const level of all) logger[level](`${level} at last`);
  expect(log.level()).toBe('critical');
  await log.close();
  expect(textOf(path()).split('\n')).toEqual([
    ...['info', 'warning', 'error', 'critical'],
    ...all.map((level) => `${level} again`),
    'critical at last',
    '',
  ]);
});

test('lines are appended to a file of the same day', async () => {
  await mkLogs('before\n');
  const { log, logger } = open();
  logger.info('after');
  await log.close();
  expect(textOf(path())).toBe('before\nafter\n');
  expect(existsSync(join(root, 'logs/cluster'))).toBe(false);
});

async function mkLogs(text: string, at = now): Promise<void> {
  mkdirSync(join(root, 'logs'), { recursive: true });
  writeFileSync(path(), text);
  utimesSync(path(), at / 1000, at / 1000);
}

test('when the day changes the file is packed below its month, and the line goes to a new one', async () => {
  const { log, logger } = open();
  logger.info('saturday');
  nextDay();
  logger.info('sunday');
  await log.close();
  expect(textOf(path())).toBe('sunday\n');
  expect(unpacked(archive('cluster.log-21.gz'))).toBe('saturday\n');
  expect(readdirSync(join(root, 'logs/cluster/2026/Nov'))).toEqual(['cluster.log-21.gz']);
  expect(modeOf(archive('cluster.log-21.gz'))).toBe(0o640);
  expect(modeOf(join(root, 'logs/cluster/2026/Nov'))).toBe(0o750);
  expect(modeOf(path())).toBe(0o660);
});

test('files and folders belong to the owner that was given, where we may give them away', async () => {
  const owner = process.getuid?.() === 0 ? { uid: 1234, gid: 2345 } : ids();
  const { log, logger } = open({ owner });
  logger.info('saturday');
  nextDay();
  logger.info('sunday');
  await log.close();
  for (const made of ['logs', 'logs/cluster.log', 'logs/cluster', 'logs/cluster/2026', 'logs/cluster/2026/Nov']) {
    expect(statSync(join(root, made))).toMatchObject(owner);
  }
  expect(statSync(archive('cluster.log-21.gz'))).toMatchObject(owner);
  expect(read(stderr)).toBe('');
});

test('a file of an earlier day, left by an earlier run, is packed under the day of its last line', async () => {
  await mkLogs('long ago\n', new Date(2026, 10, 3, 9).getTime());
  const { log, logger } = open();
  logger.info('today');
  await log.close();
  expect(textOf(path())).toBe('today\n');
  expect(unpacked(archive('cluster.log-03.gz'))).toBe('long ago\n');
});

test('no line is lost or doubled over twenty changes of day with a burst around each', async () => {
  const { log, logger } = open();
  now = new Date(2026, 10, 1, 12).getTime();
  const expected: string[] = [];
  for (let day = 0; day < 20; day += 1) {
    for (let line = 0; line < 200; line += 1) {
      expected.push(`${day} ${line}`);
      logger.info(`${day} ${line}`);
      if (line % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    nextDay();
  }
  await log.close();
  const packed = readdirSync(join(root, 'logs/cluster/2026/Nov')).sort();
  expect(packed).toHaveLength(19);
  const found = packed.map((name) => unpacked(archive(name))).join('') + textOf(path());
  expect(found.trim().split('\n')).toEqual(expected);
});

test('a second file of one day is added to the archive of the day', async () => {
  const first = open();
  first.logger.info('one');
  nextDay();
  first.logger.info('two');
  await first.log.close();
  await mkLogs('late\n', new Date(2026, 10, 21, 23).getTime());
  const second = open();
  second.logger.info('three');
  await second.log.close();
  expect(unpacked(archive('cluster.log-21.gz'))).toBe('one\nlate\n');
});

test('a file that was put away and not packed, as after a kill, is packed at the next start', async () => {
  mkdirSync(join(root, 'logs/cluster/2026/Nov'), { recursive: true });
  writeFileSync(archive('cluster.log-19'), 'a\n');
  writeFileSync(archive('cluster.log-19.1'), 'b\n');
  writeFileSync(archive('cluster.log-19.gz.tmp'), 'half');
  await open().log.close();
  expect(readdirSync(join(root, 'logs/cluster/2026/Nov'))).toEqual(['cluster.log-19.gz']);
  expect(unpacked(archive('cluster.log-19.gz'))).toBe('a\nb\n');
});

test('a clock that is set back puts nothing away', async () => {
  const { log, logger } = open();
  logger.info('one');
  now -= 24 * 3_600_000;
  logger.info('two');
  await log.close();
  expect(textOf(path())).toBe('one\ntwo\n');
});

test('a file that was renamed, or deleted, is opened anew, and no line goes astray', async () => {
  const { log, logger } = open();
  logger.info('one');
  renameSync(path(), `${path()}.1`);
  logger.info('two');
  rmSync(path());
  logger.info('three');
  log.reopen();
  logger.info('four');
  await log.close();
  expect(textOf(`${path()}.1`)).toBe('one\n');
  expect(textOf(path())).toBe('three\nfour\n');
});

test('while the file cannot be written it is told once, and when it can the lines are there in order', async () => {
  mkdirSync(path(), { recursive: true });
  const { log, logger } = open();
  logger.info('one');
  logger.info('two');
  expect(read(stderr)).toMatch(
    /^muster: .*cluster\.log cannot be written, lines are kept until it can: EISDIR[^\n]*\n$/,
  );
  rmSync(path(), { recursive: true });
  logger.info('three');
  await log.close();
  expect(textOf(path())).toBe('\none\ntwo\nthree\n');
  expect(read(stderr)).toMatch(/^muster: .*cluster\.log can be written again\.\n$/);
});

test('lines that could not be written are kept up to a limit, then the oldest are lost, and counted', async () => {
  mkdirSync(path(), { recursive: true });
  const { log, logger } = open();
  for (let line = 0; line < maxKeptLines + 5; line += 1) logger.info(String(line));
  await new Promise((resolve) => setImmediate(resolve));
  rmSync(path(), { recursive: true });
  logger.info('after');
  await log.close();
  expect(textOf(path()).trim().split('\n').slice(0, 2)).toEqual(['5', '6']);
  expect(read(stderr)).toContain('5 lines were lost');
});

test('a full disk is told once and does not end the process', async () => {
  mkdirSync(join(root, 'logs'));
  symlinkSync('/dev/full', path());
  const { log, logger } = open();
  logger.info('one');
  logger.info('two');
  await log.close();
  expect(read(stderr).match(/ENOSPC/g)).toHaveLength(1);
});

/** As another process would: node cannot make a pipe with a name. */
const mkfifo = (file: string): void => void execFileSync('mkfifo', [file]);

test('a pipe in the place of the file holds nothing up, at the start or later, and is told once', async () => {
  mkdirSync(join(root, 'logs'));
  mkfifo(path());
  const { log, logger } = open();
  logger.info('one');
  await new Promise((resolve) => setImmediate(resolve));
  expect(read(stderr)).toMatch(/^muster: .*cluster\.log cannot be written.*a pipe that nobody reads.*\n$/);
  rmSync(path());
  logger.info('two');
  await new Promise((resolve) => setImmediate(resolve));
  expect(read(stderr)).toMatch(/can be written again/);
  mkfifo(`${path()}.new`);
  renameSync(`${path()}.new`, path());
  logger.info('three');
  await new Promise((resolve) => setImmediate(resolve));
  expect(read(stderr).match(/a pipe that nobody reads/g)).toHaveLength(1);
  rmSync(path());
  logger.info('four');
  await log.close();
  expect(textOf(path())).toBe('\nthree\nfour\n');
});

test('a pipe whose reader sleeps holds nothing up once it is full', async () => {
  mkdirSync(join(root, 'logs'));
  mkfifo(path());
  const reader = openSync(path(), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { logger } = open();
    for (let line = 0; line < 200; line += 1) logger.info('x'.repeat(1_000));
    await new Promise((resolve) => setImmediate(resolve));
    expect(read(stderr).match(/cannot be written/g)).toHaveLength(1);
  } finally {
    closeSync(reader);
  }
});

test('when a day cannot be put away it is told, and the file goes on', async () => {
  const { log, logger } = open();
  logger.info('one');
  writeFileSync(join(root, 'logs/cluster'), 'in the way');
  nextDay();
  logger.info('two');
  logger.info('three');
  await log.close();
  expect(textOf(path())).toBe('one\ntwo\nthree\n');
  expect(read(stderr).match(/could not be put away/g)).toHaveLength(1);
});

test('a standard output whose reader has gone is told once, and the file goes on', async () => {
  const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const { log, logger } = open({ stdout: true, streams: { stdout: broken, stderr } });
  logger.info('one');
  await new Promise((resolve) => setImmediate(resolve));
  logger.info('two');
  await log.close();
  expect(textOf(path())).toBe('one\ntwo\n');
  expect(read(stderr).match(/EPIPE/g)).toHaveLength(1);
});

test('a standard output that nobody reads is given a bounded number of bytes, which is told once, and the file all', async () => {
  const asleep = new Writable({ write: () => {} });
  const { log, logger } = open({ stdout: true, streams: { stdout: asleep, stderr } });
  const lines = Math.ceil((2 * maxUnreadBytes) / 10_000);
  for (let line = 0; line < lines; line += 1) logger.info('x'.repeat(10_000));
  await log.close();
  expect(asleep.writableLength).toBeLessThan(maxUnreadBytes + 20_000);
  expect(read(stderr).match(/Nobody reads standard output/g)).toHaveLength(1);
  expect(textOf(path()).trim().split('\n')).toHaveLength(lines);
});

test('lines after the close are lost without harm, and a second close does nothing', async () => {
  const { log, logger } = open();
  logger.info('one');
  await log.close();
  logger.info('two');
  await log.close();
  expect(textOf(path())).toBe('one\n');
});

test('without file and standard output there is nothing to do', async () => {
  const bare = openLog({
    format: 'plain',
    level: 'info',
    stdout: false,
    wallNow: () => now,
    streams: { stdout, stderr },
  });
  bare.for('Cluster', 'Main').info('one');
  await bare.close();
  expect([read(stdout), read(stderr)]).toEqual(['', '']);
});

test('as JSON each line is an object', async () => {
  const { log, logger } = open({ format: 'json' });
  logger.info('one', { key: 'hush', files: 2 });
  await log.close();
  expect(JSON.parse(readFileSync(path(), 'utf8'))).toMatchObject({ text: 'one', fields: { key: '*****', files: 2 } });
});

test('an unwritable directory is told once', async () => {
  if (process.getuid?.() === 0) return;
  mkdirSync(join(root, 'logs'));
  chmodSync(join(root, 'logs'), 0o500);
  const { log, logger } = open();
  logger.info('one');
  await log.close();
  expect(read(stderr)).toContain('EACCES');
});
