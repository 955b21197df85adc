/** `R/bin/cluster_control` of a real cluster: the same from every node, and quick to say that one is not there. */
import { type Cluster, type ClusterNode, clusterControl, openCluster, until } from '@muster/lab/testing';

/** Times differ from one run to the next, and durations; that there is one, and of which form, does not. */
const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, 'TIME')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.(?:\d\d){1,3}\b/g, 'TIME')
    .replaceAll(/\b\d+\.\d{1,3}s \(TIME - TIME\)/g, 'SPAN');

/** Asks until it is answered: on a busy machine a command may give up before a node that is there answers. */
async function ask({ root }: ClusterNode, line: string): Promise<string> {
  let last = '';
  await until(`an answer to ${line}`, async () => {
    const { code, text } = await clusterControl(root, ...line.split(' '));
    last = text;
    if (text.startsWith('ERROR')) throw new Error(text);
    expect([line, code]).toEqual([line, 0]);
    return true;
  });
  return timeless(last);
}

/** Asks until the words are `text`; its code is `code`. */
const awaits = (node: ClusterNode, line: string, code: number, ...texts: readonly string[]): Promise<void> =>
  until(`${line} says ${texts.join(' or ')}`, async () => {
    const said = await clusterControl(node.root, ...line.split(' '));
    if (!texts.includes(said.text)) throw new Error(said.text);
    expect(said.code).toBe(code);
    return true;
  });

const late = 'ERROR: Error 3020 - Timeout sending request\n';
const cutOff = 'ERROR: Error 3023 - Worker node is not connected to master\n';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ workers: 2 });
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
  // What a worker did last is told with time: until then a line has n/a where it will have a date.
  await until('every worker has told its work', async () => {
    const text = await ask(cluster.master, '-i');
    return (text.match(/Integrity check: TIME \| Integrity sync: TIME/g) ?? []).length === 2;
  });
});
afterAll(async () => {
  for (const node of cluster.nodes) node.kill('SIGCONT');
  await cluster.close();
});

const lines = ['-l', '-l -fn worker2 master', '-a', '-a -fs never_connected', '-a -fn master', '-i -fn worker1'];

it.each(lines)('%s says the same on every node', async (line) => {
  // What a worker does goes on meanwhile: two that are asked one after the other may be told of different work.
  await until(`${line} says the same`, async () => {
    const said = await Promise.all(cluster.nodes.map((node) => ask(node, line)));
    if (new Set(said).size > 1) throw new Error(said.join('\n'));
    return true;
  });
});

it('shows the nodes in the layouts of both profiles', async () => {
  const { master } = cluster;
  const [, version = ''] = /worker1 +worker +(\S+)/.exec(await ask(master, '-l')) ?? [];
  const padded = version.padEnd(9);
  const workers = ['worker1', 'worker2'].map((name) => `${name}  worker  ${padded}127.0.0.1  \n`);
  const head = `NAME     TYPE    VERSION  ADDRESS    \nmaster   master  ${padded}127.0.0.1  \n`;
  expect([head + workers.join(''), head + workers.toReversed().join('')]).toContain(await ask(master, '-l'));
  const rule = `${'-'.repeat(35)}\n`;
  const rows = ['master   127.0.0.1  master', 'worker1  127.0.0.1  worker', 'worker2  127.0.0.1  worker'];
  expect(await ask(master, '-l --profile 3.8')).toBe(
    `${rule}Name     Address    Type    Version  \n${rule}${rows.map((row) => `${row}  ${padded}\n`).join('')}${rule}\n`,
  );
});

it('shows the agents of client.keys, and the manager itself as 000', async () => {
  const rows = (await ask(cluster.workers[0]!, '-a')).split('\n').slice(1, -1);
  expect(rows[0]).toMatch(/^000 +\S+ +127\.0\.0\.1 +active .* master +$/);
  expect(rows).toHaveLength(13);
  for (const row of rows.slice(1)) expect(row).toMatch(/^\d{3} .* never_connected +unknown +unknown +$/);
});

it('shows what each worker did, in both profiles', async () => {
  const more = await ask(cluster.workers[1]!, '-i more');
  expect(more).toMatch(/^Cluster name: lab\n\nConnected nodes \(2\):\n\n {4}master \(127\.0\.0\.1\)\n/);
  expect(more).toMatch(/ {4}worker2 \(127\.0\.0\.1\)\n(?: {8,}.*\n)+\n$/);
  expect(more.match(/Last integrity synchronization: SPAN\./g)).toHaveLength(2);
  expect(await ask(cluster.master, '-i --profile 3.8')).toMatch(
    /^Cluster name: lab\n\nLast completed synchronization for connected nodes \(3\):\n {4}worker1 \(127\.0\.0\.1\): Integrity: (?:TIME|In progress) \| /,
  );
});

it('says in the numbers of the original what is wrong with a request', async () => {
  const [worker] = cluster.workers;
  await awaits(worker!, '-l -fn nobody', 0, 'ERROR: Error 1730 - Node does not exist\n');
  expect((await clusterControl(worker!.root, '-l', '-a')).code).toBe(2);
});

it('says that a master is wedged, on the master and on a worker', async () => {
  const { master, workers } = cluster;
  master.kill('SIGSTOP');
  try {
    for (const option of ['-l', '-a', '-i']) {
      expect(await clusterControl(master.root, option)).toEqual({ code: 0, text: late });
      await awaits(workers[0]!, option, 0, late, cutOff);
    }
  } finally {
    master.kill('SIGCONT');
  }
  expect(await ask(workers[0]!, '-l')).toMatch(/^NAME/);
});

it('says that there is no master, and no node', async () => {
  const { master, workers } = cluster;
  master.kill('SIGKILL');
  await master.exited();
  expect(await clusterControl(master.root, '-l')).toEqual({ code: 1, text: 'ERROR: Cluster is not running.\n' });
  await awaits(master, '-l --profile 3.8', 1, 'ERROR: Error 3012 - Cluster is not running\n');
  for (const line of ['-l', '-a', '-i', '-i more']) await awaits(workers[0]!, line, 0, cutOff);
});
