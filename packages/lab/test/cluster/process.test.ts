/** The daemon as a process: how it ends, that it is alone, what it leaves behind, what a hangup does. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, type ClusterNode, openCluster, patienceMs, until } from '@muster/lab/testing';
import { openFlippingTree, otherSide, runSeed, type Side, seeded, stagedIn } from './flipping-tree.ts';

const pidFiles = ({ root }: ClusterNode): readonly string[] =>
  readdirSync(join(root, 'var/run')).filter((name) => name.startsWith('wazuh-clusterd-'));
const socketOf = ({ root }: ClusterNode): string => join(root, 'queue/cluster/muster.sock');

/** Milliseconds to the end. */
async function ended(node: ClusterNode, signal: NodeJS.Signals): Promise<number> {
  const began = performance.now();
  node.kill(signal);
  const late = AbortSignal.timeout(patienceMs);
  const end = await Promise.race([
    node.exited(),
    new Promise<string>((resolve) => late.addEventListener('abort', () => resolve(`${node.name} hangs`))),
  ]);
  expect(end).toBe(0);
  return performance.now() - began;
}

async function started(cluster: Cluster): Promise<void> {
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
}

describe('a stop', () => {
  it('by SIGTERM or SIGINT in the middle of a sync of 1,000 files is clean', async () => {
    const random = seeded(runSeed('stops'));
    const cluster = await openCluster({ workers: 1, empty: true });
    const tree = openFlippingTree(cluster.master.root, join(cluster.folder, 'store'), random);
    const [worker] = cluster.workers as [ClusterNode];
    let side: Side = 'a';
    try {
      await started(cluster);
      const took: number[] = [];
      for (const [node, signal] of [
        [worker, 'SIGTERM'],
        [cluster.master, 'SIGTERM'],
        [worker, 'SIGINT'],
      ] as const) {
        side = otherSide(side);
        tree.flip(side);
        await pause(random() * 1_200);
        took.push(await ended(node, signal));
        expect(tree.faults(worker.root)).toEqual([]);
        if (node === worker) expect(stagedIn(worker.root)).toEqual([]);
        expect(existsSync(socketOf(node))).toBe(false);
        expect(pidFiles(node)).toEqual([]);
        expect(node.output()).toContain(`SIGNAL [(${signal})] received. Exit...`);
        node.start();
        await until('all is there', () => tree.faultsOf(worker.root, side).length === 0, { everyMs: 200 });
        await cluster.inSync();
      }
      process.stdout.write(`stops took ${took.map(Math.round).join(', ')} ms\n`);
    } finally {
      await cluster.close();
    }
  });

  it('does not wait for a master that is frozen, or for one that is not there', async () => {
    const cluster = await openCluster({ workers: 2 });
    const [first, second] = cluster.workers as [ClusterNode, ClusterNode];
    try {
      await started(cluster);
      await writeFile(join(cluster.master.root, 'etc/rules/big.xml'), Buffer.alloc(8 << 20, 'big'));
      cluster.master.kill('SIGSTOP');
      const frozen = await ended(first, 'SIGTERM');
      cluster.master.kill('SIGKILL');
      await cluster.master.exited();
      const absent = await ended(second, 'SIGTERM');
      process.stdout.write(`stops took ${Math.round(frozen)} and ${Math.round(absent)} ms\n`);
      for (const node of cluster.nodes) node.start();
      await cluster.inSync();
    } finally {
      await cluster.close();
    }
  });

  it('at any moment of a start ends the process, and the next start finds nothing in its way', async () => {
    const random = seeded(runSeed('stops during a start'));
    const cluster = await openCluster({ workers: 1 });
    const [worker] = cluster.workers as [ClusterNode];
    try {
      cluster.master.start();
      for (let time = 0; time < 6; time++) {
        worker.start();
        await pause(random() * 700);
        worker.kill(time % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
        const end = await worker.exited();
        expect([0, 'SIGTERM', 'SIGKILL']).toContain(end);
      }
      worker.start();
      await cluster.inSync();
      expect(pidFiles(worker)).toHaveLength(1);
    } finally {
      await cluster.close();
    }
  });
});

describe('a daemon', () => {
  it('is alone on its R: a second one ends with exit code 75 and says what to do, the first goes on', async () => {
    const cluster = await openCluster({ workers: 1 });
    const [worker] = cluster.workers as [ClusterNode];
    try {
      await started(cluster);
      for (const node of cluster.nodes) {
        const { pid } = await node.ask((client) => client.health());
        const twin = cluster.twin(node);
        twin.start();
        expect(await twin.exited()).toBe(75);
        expect(node.output()).toContain(`Another Muster runs for ${node.root}.`);
        expect((await node.ask((client) => client.health())).pid).toBe(pid);
        expect(pidFiles(node)).toEqual([`wazuh-clusterd-${pid}.pid`]);
      }
      await cluster.inSync();
      expect(worker.pid()).toBeDefined();
    } finally {
      await cluster.close();
    }
  });

  it('is alone on its R also where two start at once on a new one', async () => {
    const cluster = await openCluster({ workers: 1 });
    const [worker] = cluster.workers as [ClusterNode];
    try {
      cluster.master.start();
      const pair = [worker, cluster.twin(worker)] as const;
      for (const node of pair) node.start();
      const codes = pair.map((node) => node.exited());
      expect(await Promise.race(codes)).toBe(75);
      await until('one is in sync', async () => {
        const view = await cluster.view();
        return view?.nodes.find(({ name }) => name === worker.name)?.sync === 'in-sync';
      });
      expect(pair.filter((node) => node.pid() !== undefined)).toHaveLength(1);
      expect(readdirSync(join(worker.root, 'queue/cluster/muster')).filter((name) => /^instance./.test(name))).toEqual(
        [],
      );
    } finally {
      await cluster.close();
    }
  });

  it('leaves a pid file and a socket behind a kill -9, and the next one clears both', async () => {
    const cluster = await openCluster({ workers: 1 });
    try {
      await started(cluster);
      for (const node of cluster.nodes) {
        const old = node.pid();
        expect(readFileSync(join(node.root, `var/run/wazuh-clusterd-${old}.pid`), 'utf8')).toBe(`${old}\n`);
        node.kill('SIGKILL');
        await node.exited();
        expect(pidFiles(node)).toHaveLength(1);
        expect(existsSync(socketOf(node))).toBe(true);
        node.start();
        await cluster.inSync();
        expect(pidFiles(node)).toEqual([`wazuh-clusterd-${node.pid()}.pid`]);
        expect((await node.ask((client) => client.health())).pid).toBe(node.pid());
        expect(statSync(socketOf(node)).mode & 0o7777).toBe(0o660);
      }
    } finally {
      await cluster.close();
    }
  });

  it('reads its log level again on a hangup, opens its log anew, and lives on with a broken configuration', async () => {
    const cluster = await openCluster({ workers: 1 });
    const [worker] = cluster.workers as [ClusterNode];
    const log = join(worker.root, 'logs/cluster.log');
    const options = join(worker.root, 'etc/muster.yaml');
    const hangup = async (words: string): Promise<void> => {
      worker.kill('SIGHUP');
      await until(`the log says: ${words}`, async () => (await readFile(log, 'utf8')).includes(words));
    };
    try {
      await started(cluster);
      await writeFile(options, 'log:\n  level: debug\n');
      await rename(log, `${log}.old`);
      await hangup('log level debug');
      expect((await readFile(`${log}.old`, 'utf8')).length).toBeGreaterThan(0);
      await writeFile(options, 'log:\n  level: deafening\n  format: xml\n');
      await hangup('The configuration cannot be read again, the node goes on with the old one');
      await until('every fault is logged', async () => (await readFile(log, 'utf8')).includes('log.format in'));
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('] Configuration: '));
      expect(lines.map((line) => line.replace(/.*?\] Config.* \((\S+) in .*found: (\S+);.*/, '$1 $2')).sort()).toEqual([
        'log.format "xml"',
        'log.level "deafening"',
      ]);
      expect(lines.join('')).not.toContain('\\n');
      await rm(options);
      await hangup('log level info');
      await cluster.inSync();
      expect(worker.pid()).toBeDefined();
    } finally {
      await cluster.close();
    }
  });
});

it('files that somebody cleared away beside a node that runs are made anew, and no second one gets in', async () => {
  const cluster = await openCluster({ workers: 0 });
  const { master } = cluster;
  try {
    master.start();
    await until('it answers', async () => (await master.ask((client) => client.health())).pid === master.pid());
    const token = readFileSync(join(master.root, 'queue/cluster/muster/instance'), 'utf8');
    // The node may save its cache or its epoch into the folder meanwhile.
    await rm(join(master.root, 'queue/cluster'), { recursive: true, maxRetries: 10 });
    await rm(join(master.root, 'var/run', `wazuh-clusterd-${master.pid()}.pid`));
    await until('the pid file is back', () => pidFiles(master).length === 1);
    const instance = join(master.root, 'queue/cluster/muster/instance');
    await until('the token is back', () => readFileSync(instance, 'utf8') === token);
    await until('it answers', async () => (await master.ask((client) => client.health())).pid === master.pid());
    const twin = cluster.twin(master);
    twin.start();
    expect(await twin.exited()).toBe(75);
    await until('it was told', () => master.output().includes('was deleted or replaced; it is made anew'));
  } finally {
    await cluster.close();
  }
});
