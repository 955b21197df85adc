/** What signals, pipes that nobody reads, and several starts at once do to a real daemon. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClusterNode, openCluster, until } from '@muster/lab/testing';

/** The ports on which the process `pid` listens, from the kernel's own table. */
function listeningPorts(pid: number): readonly number[] {
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1),
  );
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state]) => state === '0A')
    .map(([, local]) => Number.parseInt(local!.slice(local!.lastIndexOf(':') + 1), 16))
    .sort((one, other) => one - other);
}

const logOf = ({ root }: ClusterNode): string => join(root, 'logs/cluster.log');
const answers = (node: ClusterNode) =>
  until('it answers', async () => (await node.ask((client) => client.health())).pid > 0);

describe('a daemon', () => {
  it('opens its log anew on SIGUSR1 and SIGUSR2, and no debugger; SIGQUIT is a clean stop', async () => {
    const cluster = await openCluster({ workers: 0 });
    const { master } = cluster;
    try {
      master.start();
      await answers(master);
      const before = listeningPorts(master.pid()!);
      for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) {
        renameSync(logOf(master), `${logOf(master)}.old`);
        master.kill(signal);
        await until(
          'the log is opened anew',
          () =>
            existsSync(logOf(master)) && readFileSync(logOf(master), 'utf8').includes(`SIGNAL [(${signal})] received`),
        );
      }
      await answers(master);
      expect(master.output()).not.toContain('Debugger');
      expect(before).toContain(cluster.port);
      expect(listeningPorts(master.pid()!).filter((port) => port === 9229 && !before.includes(port))).toEqual([]);
      master.kill('SIGQUIT');
      expect(await master.exited()).toBe(0);
      expect(existsSync(join(master.root, 'queue/cluster/muster.sock'))).toBe(false);
    } finally {
      await cluster.close();
    }
  });

  it('shuts a debugger that a signal opened before it could take signals itself', async () => {
    const cluster = await openCluster({ workers: 0 });
    const { master } = cluster;
    try {
      const early = join(cluster.folder, 'early.cjs');
      writeFileSync(early, "require('node:inspector').open(0)");
      master.start({ NODE_OPTIONS: `--require ${early}` });
      await answers(master);
      const port = Number(/Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(master.output())?.[1]);
      expect(port).toBeGreaterThan(0);
      expect(listeningPorts(master.pid()!)).not.toContain(port);
    } finally {
      await cluster.close();
    }
  });

  it('stops with 0 while nobody reads its standard output', async () => {
    const cluster = await openCluster({ workers: 0 });
    const { master } = cluster;
    // The shell hands on a pipe that is full already, and that it never reads.
    const filled = ['sh', '-c', 'node=$0; exec 3<>"$FIFO"; head -c 65536 /dev/zero >&3; exec "$node" "$@" >&3'];
    try {
      const fifo = join(cluster.folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      master.start({ FIFO: fifo }, filled);
      await answers(master);
      const began = performance.now();
      master.kill('SIGTERM');
      expect(await master.exited()).toBe(0);
      process.stdout.write(`a stop with an unread standard output took ${Math.round(performance.now() - began)} ms\n`);
    } finally {
      await cluster.close();
    }
  });

  it('starts and lives on with a pipe in the place of its log, and with one in the place of its configuration', async () => {
    const cluster = await openCluster({ workers: 0 });
    const { master } = cluster;
    try {
      const log = logOf(master);
      const conf = join(master.root, 'etc/ossec.conf');
      execFileSync('mkfifo', [log]);
      master.start();
      await answers(master);
      rmSync(log);
      master.kill('SIGUSR2');
      await until('the log is a file', () => existsSync(log) && readFileSync(log, 'utf8').includes('Muster 0.'));
      for (const file of [log, conf]) {
        renameSync(file, `${file}.old`);
        execFileSync('mkfifo', [file]);
      }
      master.kill('SIGHUP');
      await until('the pipe is told', () => master.output().includes('ossec.conf cannot be read: it is a pipe'));
      await answers(master);
      master.kill('SIGTERM');
      expect(await master.exited()).toBe(0);
      expect(master.output().match(/cluster\.log cannot be written/g)).toHaveLength(2);
      master.start();
      expect(await master.exited()).toBe(1);
    } finally {
      await cluster.close();
    }
  });

  it('of four started in the background at once is one; the other starts end with 75 and say why', async () => {
    const cluster = await openCluster({ workers: 0 });
    const { master } = cluster;
    const program = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));
    const pids: number[] = [];
    try {
      const starts = await Promise.all([1, 2, 3, 4].map(() => run(program, 'start', '--root', master.root)));
      pids.push((await master.ask((client) => client.health())).pid);
      expect(starts.map(({ code }) => code).sort()).toEqual([0, 75, 75, 75]);
      for (const { code, output } of starts) {
        expect(output).toContain(code === 0 ? `process ${pids[0]}.` : 'Muster runs');
      }
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGTERM');
      await until('it is gone', () => !existsSync(join(master.root, 'queue/cluster/muster.sock')));
      await cluster.close();
    }
  });
});

/** Runs the command line to its end. */
function run(
  program: string,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${out}${err}` });
    });
  });
}
