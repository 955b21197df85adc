import { type ChildProcess, spawn } from 'node:child_process';
import { stopProcess } from '../src/stop.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process with the arguments of a node, or others, that runs `source` and says when it does. */
async function child(source: string, ...words: readonly string[]): Promise<number> {
  const one = spawn(process.execPath, ['-e', `${source}; console.log('runs'); setInterval(() => {}, 1000);`, ...words]);
  children.push(one);
  await new Promise((runs) => one.stdout.once('data', runs));
  return one.pid!;
}

it('a node that ends in its own time has ended', async () => {
  const slow = "process.on('SIGTERM', () => setTimeout(() => process.exit(), 200))";
  expect(await stopProcess(await child(slow, 'start', '-f'), 120_000)).toBe('ended');
});

it('a node that does not end is late, and lives', async () => {
  const pid = await child("process.on('SIGTERM', () => {})", 'start', '-f');
  expect(await stopProcess(pid, 100)).toBe('late');
  expect(() => process.kill(pid, 0)).not.toThrow();
});

it('another program with that number is not signalled', async () => {
  const pid = await child('', 'nodes');
  expect(await stopProcess(pid, 100)).toBe('not-here');
  expect(() => process.kill(pid, 0)).not.toThrow();
  expect(await stopProcess(2 ** 22 + 1, 100)).toBe('not-here');
});
