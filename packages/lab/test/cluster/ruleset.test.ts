/** A whole ruleset, as an operator has it. `MUSTER_RULESET=DIR` takes the folders rules, decoders and lists of DIR. */
import { cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, openCluster } from '@muster/lab/testing';
import { layFiles, rulesetFiles } from './ruleset-tree.ts';

const given = process.env.MUSTER_RULESET;

describe(given === undefined ? 'a tree shaped like a ruleset' : `the ruleset of ${given}`, () => {
  it('is identical on every worker: names, bytes, and the modes of the table', async () => {
    const cluster = await openCluster({
      workers: 2,
      empty: true,
      prepare: async ({ role, root }) => {
        if (role === 'master') await lay(root);
      },
    });
    try {
      const startedAt = performance.now();
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
      const tookMs = performance.now() - startedAt;
      for (const worker of cluster.workers) expect(await cluster.differences(worker)).toEqual([]);
      await expectModes(cluster);
      const count = await filesBelow(join(cluster.workers[0]!.root, 'etc'));
      process.stdout.write(`ruleset: ${count} files on 2 workers, ${Math.round(tookMs)} ms from process start\n`);
      expect(count).toBe(await filesBelow(join(cluster.master.root, 'etc')));
      expect(count).toBeGreaterThanOrEqual(290);
    } finally {
      await cluster.close();
    }
  });
});

async function lay(root: string): Promise<void> {
  const files = rulesetFiles();
  if (given === undefined) return layFiles(root, files);
  await layFiles(root, new Map([...files].filter(([path]) => path === 'etc/client.keys')));
  for (const folder of ['rules', 'decoders', 'lists']) {
    await cp(join(given, folder), join(root, 'etc', folder), { recursive: true });
  }
}

/** On the disk itself: keys 0640, all else 0660, whatever the master's modes are. */
async function expectModes({ workers }: Cluster): Promise<void> {
  const modeAt = async (root: string, path: string): Promise<number> => (await stat(join(root, path))).mode & 0o7777;
  for (const { root } of workers) {
    expect(await modeAt(root, 'etc/client.keys')).toBe(0o640);
    const [rule] = await readdir(join(root, 'etc/rules'));
    expect(await modeAt(root, `etc/rules/${rule}`)).toBe(0o660);
  }
}

/** `ossec.conf` and `muster.yaml` are each node's own. */
async function filesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !/^(ossec\.conf|muster\.yaml)$/.test(entry.name)).length;
}
