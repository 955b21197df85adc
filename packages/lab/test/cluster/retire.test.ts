/** Workers that go: on purpose, for good, and while the master was away. */
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';

const rowOf = async (cluster: Cluster, { name }: ClusterNode) =>
  (await cluster.view())?.nodes.find((row) => row.name === name);
const stands = (cluster: Cluster, node: ClusterNode, liveness: string | undefined): Promise<void> =>
  until(`${node.name} is ${liveness ?? 'forgotten'}`, async () => {
    const view = await cluster.view();
    return view !== undefined && view.nodes.find(({ name }) => name === node.name)?.liveness === liveness;
  });
const forget = (at: ClusterNode, { name }: ClusterNode): Promise<unknown> =>
  at
    .ask((client) => client.forget(name))
    .then(
      () => 'done',
      (error: Error) => error.message,
    );

it('a master remembers its workers over a restart, but for those that said goodbye or were forgotten', async () => {
  const cluster = await openCluster({ workers: 3 });
  try {
    const { master, workers } = cluster;
    const [stays, leaves, dies] = workers as readonly [ClusterNode, ClusterNode, ClusterNode];
    for (const node of cluster.nodes) node.start();
    await cluster.inSync();
    expect(await forget(master, leaves)).toContain('is not gone: stop its Muster first');
    expect(await forget(stays, leaves)).toContain('Only the master forgets workers');

    leaves.kill('SIGTERM');
    await leaves.exited();
    await stands(cluster, leaves, 'left');
    dies.kill('SIGKILL');
    await dies.exited();
    await stands(cluster, dies, 'down');
    master.kill('SIGTERM');
    await master.exited();
    master.start();
    await stands(cluster, stays, 'up');
    await stands(cluster, leaves, undefined);
    expect(await rowOf(cluster, dies)).toMatchObject({
      liveness: 'down',
      reason: 'not linked since this master started',
    });
    expect(await master.ask((client) => client.explain(dies.name))).toBe(
      `${dies.name} is down: not linked since this master started. What it holds now is not known.`,
    );

    expect(await forget(master, dies)).toBe('done');
    await stands(cluster, dies, undefined);
    dies.start();
    await stands(cluster, dies, 'up');
  } finally {
    await cluster.close();
  }
});
