/** What signals, pipes that nobody reads, and several starts at once do to a real daemon. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
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
  }, 60_000);

  it('stops with 0 while nobody reads its standard output', async () => {
    const cluster = await openCluster({ workers: 0 });
    const { master } = cluster;
    // The shell hands on a pipe that is full already, and that it never reads.
    const filled = ['sh', '-c', 'node=$0; exec 3<>"$FIFO"; head -c 65536 /dev/zero >&3; exec "$node" "$@" >&3'];
    try {
      const fifo = join(cluster.folder, 'fifo');
      await new Promise((done) => spawn('mkfifo', [fifo]).once('exit', done));
      master.start({ FIFO: fifo }, filled);
      await answers(master);
      const began = performance.now();
      master.kill('SIGTERM');
      expect(await master.exited()).toBe(0);
      process.stdout.write(`a stop with an unread standard output took ${Math.round(performance.now() - began)} ms\n`);
    } finally {
      await cluster.close();
    }
  }, 60_000);
});
