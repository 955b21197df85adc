import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, manualClock } from '@muster/actor/testing';
import { lockInstance } from '../src/adapters/instance-lock.ts';
import { keepFiles, lookEveryMs } from '../src/adapters/keep-files.ts';
import { writePidFile } from '../src/adapters/pid-file.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-keep-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** The lock and the pid file of this process, kept by a clock that stands. */
async function open() {
  const lock = await lockInstance(root);
  const pidFile = await writePidFile(root);
  const clock = manualClock();
  const said: string[] = [];
  const end = keepFiles(clock, [lock, pidFile], {
    restored: (path) => said.push(`restored ${path.slice(root.length + 1)}`),
    failed: (path, why) => said.push(`failed ${path.slice(root.length + 1)}: ${why}`),
  });
  return { lock, pidFile, clock, said, end };
}

const pidName = `var/run/wazuh-clusterd-${process.pid}.pid`;
const instance = 'queue/cluster/muster/instance';

it('files that somebody cleared away are back at the next look, with the token that is locked', async () => {
  const { lock, pidFile, clock, said, end } = await open();
  const token = readFileSync(lock.path, 'utf8');
  rmSync(join(root, 'var'), { recursive: true });
  rmSync(join(root, 'queue'), { recursive: true });
  await clock.advance(lookEveryMs - 1);
  expect(existsSync(lock.path)).toBe(false);
  await clock.advance(1);
  await eventually('both are back', () => said.length === 2);
  expect(said).toEqual([`restored ${instance}`, `restored ${pidName}`]);
  expect(readFileSync(lock.path, 'utf8')).toBe(token);
  expect(readFileSync(pidFile.path, 'utf8')).toBe(`${process.pid}\n`);
  await expect(lockInstance(root)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  await end();
  await pidFile.remove();
  await lock.release();
});

it('what is there is left alone, and nothing is written after the end', async () => {
  const { lock, pidFile, clock, said, end } = await open();
  await clock.advance(lookEveryMs);
  await end();
  await pidFile.remove();
  await clock.advance(10 * lookEveryMs);
  expect(said).toEqual([]);
  expect(existsSync(pidFile.path)).toBe(false);
  await lock.release();
});

it('the token of a start that has ended is replaced, that of one that runs is told once', async () => {
  const { lock, pidFile, clock, said, end } = await open();
  const token = readFileSync(lock.path, 'utf8');
  rmSync(lock.path);
  const second = await lockInstance(root);
  await clock.advance(lookEveryMs);
  await eventually('it is told', () => said.length === 1);
  expect(said[0]).toContain('Another Muster runs');
  await eventually('the next look is set', () => clock.timers() > 0);
  await clock.advance(lookEveryMs);
  await eventually('the next look is set', () => clock.timers() > 0);
  expect(said).toHaveLength(1);
  await second.release();
  await clock.advance(lookEveryMs);
  await eventually('it is back', () => said.length === 2);
  expect(readFileSync(lock.path, 'utf8')).toBe(token);
  await end();
  await pidFile.remove();
  await lock.release();
});

it.each(['', 'mine', 'x'.repeat(5_000)])('a file that bears no token is written over (%#)', async (text) => {
  const { lock, pidFile, clock, said, end } = await open();
  const token = readFileSync(lock.path, 'utf8');
  writeFileSync(lock.path, text);
  await clock.advance(lookEveryMs);
  await eventually('it is back', () => said.length === 1);
  expect(readFileSync(lock.path, 'utf8')).toBe(token);
  await end();
  await pidFile.remove();
  await lock.release();
});
