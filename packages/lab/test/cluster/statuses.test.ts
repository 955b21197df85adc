/** Agents by the files of a manager of 3.8, written by hand as its remoted does, on real nodes. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import type { AgentRowView } from '@muster/protocol';

let cluster: Cluster;
let one: ClusterNode;
let two: ClusterNode;
const key = 'a'.repeat(64);
const folders = ['queue/agent-info', 'queue/agent-groups'];

beforeAll(async () => {
  cluster = await openCluster({ workers: 2 });
  [one, two] = cluster.workers as [ClusterNode, ClusterNode];
  for (const node of cluster.nodes)
    for (const folder of folders) await mkdir(join(node.root, folder), { recursive: true });
  await putKeys(['web', 'db', 'mail']);
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
});
afterAll(() => cluster?.close());

const put = async (path: string, text: string): Promise<void> => {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
};

const putKeys = (names: readonly string[]): Promise<void> =>
  put(
    join(cluster.master.root, 'etc/client.keys'),
    ['web', 'db', 'mail']
      .map((name, i) => `00${i + 1} ${names.includes(name) ? '' : '!'}${name} any ${key}\n`)
      .join(''),
  );

/** A keep-alive of so many seconds ago. */
async function heard(node: ClusterNode, name: string, secondsAgo: number): Promise<void> {
  const path = join(node.root, 'queue/agent-info', `${name}-any`);
  const text = `Linux |${name} |5.10.0 |#1 SMP |x86_64 [Debian GNU/Linux|debian: 12] - Wazuh v3.8.2 / ab73af41699f13fdd81903b5f23d8d00\nfd756ba04d9c32c8848d4608bec41251 merged.mg\n#"manager_hostname":${node.name}\n#"node_name":${node.name}\n`;
  // Put there whole: one of a removed agent is gone again at once.
  const aside = join(node.root, 'queue', `${name}.new`);
  await writeFile(aside, text);
  const at = Date.now() / 1_000 - secondsAgo;
  await utimes(aside, at, at);
  await rename(aside, path);
}

const agents = (node = cluster.master): Promise<readonly AgentRowView[]> =>
  node.ask(async (client) => (await client.agents({ after: 0 })).rows);
const row = async (name: string): Promise<AgentRowView | undefined> =>
  (await agents()).find((agent) => agent.name === name);

/** Waits until the master shows an agent so. */
const shown = (what: string, name: string, wish: Partial<AgentRowView>) =>
  until(what, async () => {
    const found = await row(name);
    if (found !== undefined && isDeepStrictEqual({ ...found, ...wish }, found)) return true;
    throw new Error(`shown is ${JSON.stringify(found)}`);
  });

describe('agents of managers of 3.8', () => {
  it('are listed on the master and on a worker, before they ever reported', async () => {
    const never = ['web', 'db', 'mail'].map((name) => expect.objectContaining({ name, status: 'never_connected' }));
    expect(await agents()).toEqual(never);
    await until('a worker shows the same', async () => (await agents(one)).length === 3);
  });

  it('are shown where they report, and the manager of the master learns it', async () => {
    await heard(one, 'web', 0);
    await shown('web is active at the first worker', 'web', { status: 'active', node: one.name });
    const file = join(cluster.master.root, 'queue/agent-info/web-any');
    await until('its file lies on the master', () => existsSync(file));
    expect(readFileSync(file, 'utf8')).toContain(`#"node_name":${one.name}`);
  });

  it('belong to the node that heard them last, whoever tells it later', async () => {
    await heard(two, 'web', 0);
    await shown('web moved to the second worker', 'web', { node: two.name });
    await heard(one, 'web', 120);
    await heard(one, 'db', 0);
    await shown('what the first worker tells arrived', 'db', { node: one.name });
    expect(await row('web')).toMatchObject({ node: two.name });
  });

  it('that report to the master itself are its own', async () => {
    await heard(cluster.master, 'mail', 0);
    await shown('mail is active at the master', 'mail', { status: 'active', node: 'master' });
  });

  it('have the groups that are written on the master, on every node', async () => {
    await put(join(cluster.master.root, 'queue/agent-groups/001'), 'linux,web\n');
    for (const node of cluster.workers)
      await until(`${node.name} has them`, () => {
        const path = join(node.root, 'queue/agent-groups/001');
        return existsSync(path) && readFileSync(path, 'utf8') === 'linux,web\n';
      });
    await shown('they are shown', 'web', { groups: 'linux,web' });
  });

  it('keep the groups that their first node chose', async () => {
    await put(join(two.root, 'queue/agent-groups/002'), 'default\n');
    await until('the master adopts them', () => existsSync(join(cluster.master.root, 'queue/agent-groups/002')));
    await until('the other worker has them', () => existsSync(join(one.root, 'queue/agent-groups/002')));
    expect(readFileSync(join(one.root, 'queue/agent-groups/002'), 'utf8')).toBe('default\n');
  });

  it('are gone everywhere when the master removes them, and late words of them are dropped', async () => {
    await putKeys(['web', 'mail']);
    await until('db is gone', async () => (await row('db')) === undefined);
    for (const node of cluster.nodes)
      await until(`${node.name} has nothing of it`, () =>
        ['queue/agent-info/db-any', 'queue/agent-groups/002'].every((path) => !existsSync(join(node.root, path))),
      );
    await heard(one, 'db', 0);
    await heard(one, 'web', 0);
    await shown('what the worker tells arrived', 'web', { node: one.name });
    expect(await row('db')).toBeUndefined();
    await until('its late file is gone', () => !existsSync(join(one.root, 'queue/agent-info/db-any')));
  });
});
