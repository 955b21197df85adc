import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLab } from '../src/lab.ts';
import { until } from '../src/testing/index.ts';

let folder = '';
let written = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-test-'));
  written = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const options = {
  workers: 1,
  agents: 0,
  from: undefined,
  forMs: undefined,
  port: 0,
  haproxy: false,
  keep: false,
  verbose: false,
} as const;
const labFolder = (): string => /folder: (.*)/.exec(written)?.[1] ?? '';

/** A program in place of `muster`, which writes its process id to the test's folder. */
function program(source: string): string {
  const path = join(folder, 'program.cjs');
  const prelude = `require('node:fs').writeFileSync(${JSON.stringify(folder)} + '/pid-' + process.pid, '');`;
  writeFileSync(path, `${prelude}\n${source}`);
  return path;
}

const pids = (): readonly number[] =>
  readdirSync(folder).flatMap((name) => (name.startsWith('pid-') ? [Number(name.slice(4))] : []));

/** Of every process of this machine that lets itself be looked at. */
const commandLines = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLineOf);

/** '': it ended meanwhile. */
function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

describe('the lab', () => {
  it('ends with 1 and names what did not hold when the nodes synchronise nothing', async () => {
    const silent = program('setInterval(() => {}, 1e6);');
    expect(await runLab({ ...options, forMs: 500 }, new AbortController().signal, silent)).toBe(1);
    expect(written).toContain('Did not hold: first sync');
    expect(written).toContain('etc/client.keys is missing');
  });

  it('leaves neither process nor folder behind', async () => {
    const silent = program('setInterval(() => {}, 1e6);');
    await runLab({ ...options, forMs: 300 }, new AbortController().signal, silent);
    expect(pids().filter(lives)).toEqual([]);
    expect(existsSync(labFolder())).toBe(false);
  });

  it('leaves no neighbour and no agent behind', async () => {
    const silent = program('setInterval(() => {}, 1e6);');
    expect(await runLab({ ...options, agents: 2, forMs: 500 }, new AbortController().signal, silent)).toBe(1);
    expect(written).toContain('no agent has enrolled');
    expect(commandLines().filter((line) => line.includes(labFolder()))).toEqual([]);
  });

  it('keeps the folder when it is told to', async () => {
    const silent = program('setInterval(() => {}, 1e6);');
    await runLab({ ...options, forMs: 100, keep: true }, new AbortController().signal, silent);
    expect(existsSync(join(labFolder(), 'worker1/etc/ossec.conf'))).toBe(true);
    rmSync(labFolder(), { recursive: true });
  });

  it('ends with 0 on Ctrl-C', async () => {
    const stop = new AbortController();
    const ended = runLab(options, stop.signal, program('setInterval(() => {}, 1e6);'));
    stop.abort();
    expect(await ended).toBe(0);
  });

  it('ends on Ctrl-C while it verifies, and begins no agents any more', async () => {
    const stop = new AbortController();
    const silent = program('setInterval(() => {}, 1e6);');
    const ended = runLab({ ...options, agents: 2, forMs: 500_000 }, stop.signal, silent);
    await until('it verifies', () => written.includes('Verifying: first sync'));
    stop.abort();
    expect(await ended).toBe(1);
    expect(written).toContain('Ended before everything was verified.');
    expect(written).not.toContain('Verifying: edit');
  });

  it('fails with the last words of a node that does not start', async () => {
    const faulty = program("process.stderr.write('the key is missing\\n'); process.exitCode = 1;");
    await expect(runLab(options, new AbortController().signal, faulty)).rejects.toThrow(
      /ended at once \(code 1\)[\s\S]*the key is missing/,
    );
    expect(existsSync(labFolder())).toBe(false);
  });

  it('fails before it starts anything when there is nothing to start from', async () => {
    await expect(runLab({ ...options, from: '/dev' }, new AbortController().signal, program(''))).rejects.toThrow(
      '--from /dev',
    );
    expect(pids()).toEqual([]);
  });
});
