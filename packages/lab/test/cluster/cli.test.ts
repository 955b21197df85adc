/** muster's own commands on real nodes: what they show, and that nobody who hangs is waited for. */
import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { wantedHere } from '@muster/haproxy/testing';
import {
  type Cluster,
  type ClusterNode,
  missingTerminal,
  muster,
  openCluster,
  openTerminal,
  until,
} from '@muster/lab/testing';

const program = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));
const atTerminal = wantedHere('pty', 'the command line at a terminal', missingTerminal()) ? it : it.skip;
/** The usual one of tests is one that the doctor finds fault with. */
const key = 'Zk3v_9QpLw7xTn2RbY8dHs5mCf4gJ1aE';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({
    workers: 2,
    prepare: ({ root }) => {
      const path = join(root, 'etc/ossec.conf');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/<key>.*<\/key>/, `<key>${key}</key>`));
    },
  });
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
});
afterAll(async () => {
  for (const node of cluster.nodes) node.kill('SIGCONT');
  await cluster.close();
});

/** Of a busy machine a view may give up a node that is there: asks until it does not. */
async function answered({ root }: ClusterNode, ...words: readonly string[]): Promise<string> {
  let text = '';
  await until(`an answer to ${words.join(' ')}`, async () => {
    const result = await muster(root, ...words);
    text = result.text;
    if (result.code === 3) throw new Error(text);
    return true;
  });
  return text;
}

/** Runs it to its end by itself, and says how long that took. */
async function timed({ root, name }: ClusterNode, ...words: readonly string[]) {
  const begin = performance.now();
  const result = await muster(root, ...words);
  const tookMs = Math.round(performance.now() - begin);
  process.stdout.write(`muster ${words.join(' ')} on ${name}: ends with ${result.code} after ${tookMs} ms\n`);
  expect([words.join(' '), tookMs < 10_000]).toEqual([words.join(' '), true]);
  return result;
}

const views = [['nodes'], ['health'], ['events'], ['tree'], ['agents'], ['why', 'worker1']] as const;

it('shows what happened, at this node and at any other', async () => {
  const [worker] = cluster.workers;
  expect(await answered(cluster.master, 'events', '--kind', 'joined')).toMatch(/joined +worker1 +/);
  expect(await answered(cluster.master, 'events', '--node', 'worker1')).toMatch(/synced +worker1 +In sync with/);
  const { events } = JSON.parse(await answered(worker!, 'events', '--node', 'worker2', '--since', '1h', '--json'));
  expect(events[0]).toMatchObject({ kind: 'started', subject: 'worker2' });
});

it('finds no fault with a cluster that is well, from every node', async () => {
  for (const node of cluster.nodes) {
    await until(`the doctor is content with ${node.name}`, async () => {
      const { text } = await muster(node.root, 'doctor', '--json');
      const { findings } = JSON.parse(text) as { findings: { verdict: string; check: string; text: string }[] };
      // How this machine does is not the matter of this test.
      const ill = findings.filter(({ verdict, check }) => verdict === 'fail' && !check.startsWith('disk'));
      if (ill.length > 0) throw new Error(JSON.stringify(ill));
      const fine = findings.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check);
      return ['key', 'node', 'key of all nodes', 'sync', 'c-internal.sock'].every((check) => fine.includes(check));
    });
  }
});

it('packs a bundle for its owner alone, without the key and without those of agents', async () => {
  const file = join(cluster.folder, 'bundle.tar.gz');
  expect((await timed(cluster.master, 'support-bundle', file)).code).toBe(0);
  const text = gunzipSync(readFileSync(file)).toString('latin1');
  const lines = readFileSync(join(cluster.master.root, 'etc/client.keys'), 'utf8').trim().split('\n');
  const keys = lines.map((line) => line.split(' ')[3] ?? '');
  expect([keys.length > 0, keys.includes('')]).toEqual([true, false]);
  expect([key, ...keys].filter((secret) => text.includes(secret))).toEqual([]);
  expect(text).toContain('muster-support/logs/cluster.log');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await timed(cluster.master, 'support-bundle', file)).code).toBe(1);
});

it('a worker that is wedged is said to be, on it and on the others', async () => {
  const [worker] = cluster.workers;
  worker!.kill('SIGSTOP');
  try {
    for (const view of views) expect([view, (await timed(worker!, ...view)).code]).toEqual([view, 3]);
    const doctor = await timed(worker!, 'doctor');
    expect(doctor.text).toMatch(/fail {2}node +it hangs/);
    expect([2, 3]).toContain(doctor.code);
    const { code } = await timed(cluster.master, 'health', '--node', 'worker1');
    expect(code).toBe(3);
    for (const command of ['nodes', 'events', 'doctor']) await timed(cluster.master, command);
    await until('the doctor of the master names it', async () =>
      /fail {2}node worker1 +it (does not answer|is down)/.test((await muster(cluster.master.root, 'doctor')).text),
    );
  } finally {
    worker!.kill('SIGCONT');
  }
});

it('a master that is wedged is said to be, and workers say what they know', async () => {
  const { master, workers } = cluster;
  master.kill('SIGSTOP');
  try {
    for (const view of views) expect([view, (await timed(master, ...view)).code]).toEqual([view, 3]);
    await timed(master, 'doctor');
    for (const view of [['nodes'], ['health'], ['events'], ['doctor']]) await timed(workers[1]!, ...view);
    expect((await timed(workers[1]!, 'agents')).code).toBe(3);
    expect((await timed(workers[1]!, 'health', '--node', 'worker1')).code).toBe(3);
  } finally {
    master.kill('SIGCONT');
  }
  await cluster.inSync();
});

it('--watch goes on over a restart, says so, and ends with Ctrl-C', async () => {
  const worker = cluster.workers[0]!;
  const child = spawn(process.execPath, [program, 'health', '--watch', '0.2', '--json', '--root', worker.root]);
  const told = { out: '', error: '' };
  child.stdout.on('data', (part) => void Object.assign(told, { out: told.out + part }));
  child.stderr.on('data', (part) => void Object.assign(told, { error: told.error + part }));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    await until('the first look', () => told.out.includes('\n'));
    worker.kill('SIGKILL');
    await worker.exited();
    await until('it is lost', () => told.error.includes('Trying again…\n'));
    worker.start();
    await until('it is found', () => told.error.includes('The node answers again.\n'));
    const pid = worker.pid();
    await until('the new process', () => told.out.includes(`"pid":${pid}`));
  } finally {
    child.kill('SIGINT');
  }
  expect([0, 2, 3]).toContain(await ended);
  for (const line of told.out.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ node: 'worker1' });
});

atTerminal('--watch draws in place on a terminal', async () => {
  const words = ['nodes', '--watch', '0.2', '--root', cluster.master.root];
  const terminal = openTerminal(process.execPath, [program, ...words], { columns: 110, rows: 24 });
  try {
    await until('three frames', () => terminal.sent().split('every 0.2 s').length > 3);
    expect(terminal.text().match(/Cluster lab/g)).toHaveLength(1);
    terminal.write('\u0003');
    expect([0, 2, 3]).toContain(await terminal.exited);
  } finally {
    terminal.kill();
  }
});
