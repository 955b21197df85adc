/** Show 7, who is who: a name that a dead link holds, and nodes whose clocks differ. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import { encodeEnvelope } from '@muster/protocol';
import { filesFlow, helloOf, rawWorker, watch } from './hostile-rig.ts';

/** On a busy machine the heir comes late: until then its predecessor must not be down of itself. */
const musterYaml = 'keep_alive:\n  suspect_after: 1m\n  down_after: 2m\n';

async function withCluster(workers: number, work: (cluster: Cluster) => Promise<void>): Promise<void> {
  const cluster = await openCluster({ workers, musterYaml });
  try {
    await work(cluster);
  } finally {
    await cluster.close();
  }
}

const logs = (node: ClusterNode, words: RegExp): Promise<void> =>
  until(`${node.name} logs ${words}`, () => words.test(node.output()));

describe('a name whose link is dead', () => {
  it('goes to the newcomer after a probe, and the log says whose place it takes', async () => {
    await withCluster(1, async (cluster) => {
      cluster.master.start();
      cluster.workers[0]!.start();
      await cluster.inSync();
      const watched = watch(cluster);
      // It answers no ping, as a machine whose cable was pulled.
      const dead = await rawWorker(cluster, 'ghost', true);
      const from = performance.now();
      const heir = await rawWorker(cluster, 'ghost', true);
      process.stdout.write(`hostile: a dead predecessor is replaced in ${Math.round(performance.now() - from)} ms\n`);
      await dead.closed;
      expect(dead.got.at(-1)).toMatchObject({ kind: 'goodbye', code: 'replaced' });
      await logs(cluster.master, /\[Worker ghost\] .*The link from .* was dead; .* takes its place/);
      await filesFlow(cluster);
      heir.connection.write(encodeEnvelope({ kind: 'goodbye', code: 'shutting-down', text: 'seen enough' }));
      await heir.closed;
      await watched.check('a dead predecessor');
    });
  });
});

describe('nodes whose clocks differ by an hour', () => {
  it('warn of each other, and hold the same files all the same', async () => {
    await withCluster(1, async (cluster) => {
      const { master, workers } = cluster;
      const ahead = join(cluster.folder, 'an-hour-ahead.cjs');
      await writeFile(ahead, 'const now = Date.now;\nDate.now = () => now() + 3_600_000;\n');
      master.start();
      workers[0]!.start({ NODE_OPTIONS: `--require ${ahead}` });
      await cluster.inSync();
      await logs(master, /WARNING.*the clock of worker1 is 3[56]\d\d\.\d s ahead of ours; synchronise both/);
      await logs(workers[0]!, /WARNING.*the clock of master is 3[56]\d\d\.\d s behind ours; synchronise both/);
      const row = (await cluster.view())?.nodes.find(({ name }) => name === 'worker1');
      expect(Math.round((row?.skewMs ?? 0) / 60_000)).toBe(60);
      await filesFlow(cluster);
    });
  });

  it('are warned of by the other one, whatever the first is', async () => {
    await withCluster(0, async (cluster) => {
      cluster.master.start();
      await until('the master serves', () => /Serving on/.test(cluster.master.output()));
      const { connection, closed } = await rawWorker(cluster, 'early', false);
      connection.write(encodeEnvelope({ ...helloOf('early'), wallMs: Date.now() - 86_400_000 } as never));
      await logs(cluster.master, /the clock of early is 864\d\d\.\d s behind ours/);
      connection.destroy();
      await closed;
    });
  });
});
