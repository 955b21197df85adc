import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@muster/actor/testing';
import { watchEventLoop } from '../src/adapters/event-loop.ts';
import { writePidFile } from '../src/adapters/pid-file.ts';
import { accountIn, mayChangeOwners } from '../src/adapters/privileges.ts';
import { endWithin } from '../src/adapters/stop-deadline.ts';
import { exitCodes, StartError } from '../src/exit-codes.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-adapters-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the pid file', () => {
  const names = (): readonly string[] => readdirSync(join(root, 'var/run')).sort();

  it('bears and holds the number of the process, and is gone afterwards', async () => {
    const file = await writePidFile(root);
    expect(names()).toEqual([`wazuh-clusterd-${process.pid}.pid`]);
    expect(readFileSync(join(root, 'var/run', names()[0]!), 'utf8')).toBe(`${process.pid}\n`);
    await file.remove();
    await file.remove();
    expect(names()).toEqual([]);
  });

  it('takes the place of those that no cluster daemon stands behind, and of no other file', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((ended) => dead.once('exit', ended));
    const clusterd = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'wazuh-clusterd.py']);
    await new Promise((runs) => clusterd.once('spawn', runs));
    mkdirSync(join(root, 'var/run'), { recursive: true });
    const others = [`wazuh-clusterd-${clusterd.pid}.pid`, 'wazuh-db-1.pid', 'wazuh-clusterd-x.pid'];
    // Numbers are given out again: the parent of this process is some other program.
    const stale = [`wazuh-clusterd-${dead.pid}.pid`, `wazuh-clusterd-${process.ppid}.pid`];
    for (const name of [...others, ...stale]) writeFileSync(join(root, 'var/run', name), '');
    try {
      const file = await writePidFile(root);
      expect(names()).toEqual([...others, `wazuh-clusterd-${process.pid}.pid`].sort());
      await file.remove();
    } finally {
      clusterd.kill('SIGKILL');
    }
  });
});

describe('the account that root is given up for', () => {
  const passwd = [
    'root:x:0:0:root:/root:/bin/bash',
    'ossec:x:997:996::/var/ossec:/sbin/nologin',
    'wazuh:x:998:999::/var/ossec:/sbin/nologin',
  ];
  it.each<readonly [string, readonly string[], ReturnType<typeof accountIn>]>([
    ['the first name that is known', passwd, { name: 'wazuh', uid: 998, gid: 999 }],
    ['the next where the first is not', passwd.slice(0, 2), { name: 'ossec', uid: 997, gid: 996 }],
    ['none where none is known', passwd.slice(0, 1), undefined],
    ['never root by an empty number', ['wazuh:x:::::'], undefined],
    ['none by half a line', ['wazuh:x:998'], undefined],
    ['none of an empty file', [], undefined],
  ])('is %s', (_title, lines, account) => {
    expect(accountIn(lines.join('\n'), ['wazuh', 'ossec'])).toEqual(account);
  });
});

it.each([
  ['CapInh:\t0000000000000001\nCapEff:\t000001ffffffffff\n', true],
  ['CapEff:\t0000000000000001\n', true],
  ['CapPrm:\t000001ffffffffff\nCapEff:\t0000000000000000\n', false],
  ['CapEff:\t000001fffffffffe\n', false],
  ['Name:\tnode\n', undefined],
  ['', undefined],
])('the right to change owners in %j: %j', (status, may) => {
  expect(mayChangeOwners(status)).toBe(may);
});

it('the delay of the event loop is measured, and the same for all that ask at once', async () => {
  const loop = watchEventLoop();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const until = performance.now() + 200;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 60));
  const first = loop.delayMs();
  expect(first).toBeGreaterThan(50);
  expect([loop.delayMs(), loop.delayMs()]).toEqual([first, first]);
  loop.close();
});

describe('a stop that does not end', () => {
  it('ends with the code of a fault, after a word', async () => {
    const seen: unknown[] = [];
    endWithin(
      1,
      () => seen.push('late'),
      (code) => seen.push(code),
    );
    await eventually('the process would have ended', () => seen.length === 2);
    expect(seen).toEqual(['late', exitCodes.gaveUp]);
  });
});

it('exit codes are those that the papers name, and a fault at the start bears its own', () => {
  expect(exitCodes).toEqual({ stopped: 0, cannotStart: 1, gaveUp: 70, alreadyRunning: 75 });
  expect(new StartError('X', 'text')).toMatchObject({ name: 'StartError', code: 'X', exitCode: 1, message: 'text' });
});
