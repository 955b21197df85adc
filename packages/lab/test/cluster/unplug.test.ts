/**
 * Show 8: a worker whose packets vanish for 30 s.
 *
 * In network namespaces where this machine allows them, else through a proxy on loopback that swallows
 * everything. `MUSTER_REQUIRE=netns` makes a machine that does not allow them a failure.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, openCluster, until } from '@muster/lab/testing';
import { type TcpProxy, tcpProxy } from '@muster/link/testing';
import { missingNetns, openCable } from './netns.ts';

interface Line {
  readonly cluster: Cluster;
  readonly pull: () => void;
  readonly plugIn: () => void;
  readonly close: () => Promise<void>;
}

const missing = missingNetns();
const required = process.env.MUSTER_REQUIRE?.split(',').includes('netns') === true;
/** Show 8. How soon it is seen and mended is printed. */
const unpluggedMs = 30_000;

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function overCable(): Promise<Line> {
  const cable = openCable();
  try {
    const cluster = await openCluster({
      workers: 1,
      launcher: ({ role }) => cable.launcher(role),
      prepare: async ({ root }) => {
        const path = join(root, 'etc/ossec.conf');
        await writeFile(path, readFileSync(path, 'utf8').replaceAll('127.0.0.1', cable.masterAddress));
      },
    });
    const close = () => cluster.close().finally(cable.close);
    return { cluster, pull: cable.pull, plugIn: cable.plugIn, close };
  } catch (error) {
    cable.close();
    throw error;
  }
}

async function overProxy(): Promise<Line> {
  let proxy: TcpProxy | undefined;
  const dialPort = async (port: number): Promise<number> => {
    proxy = await tcpProxy(port);
    return proxy.port;
  };
  const cluster = await openCluster({ workers: 1, dialPort });
  const { unplug, replug, close } = proxy!;
  return { cluster, pull: unplug, plugIn: replug, close: () => cluster.close().finally(close) };
}

async function withLine(work: (line: Line) => Promise<void>): Promise<void> {
  if (missing !== undefined && required) throw new Error(`MUSTER_REQUIRE=netns, but ${missing}`);
  const line = await (missing === undefined ? overCable() : overProxy());
  try {
    for (const node of line.cluster.nodes) node.start();
    await line.cluster.inSync();
    await work(line);
  } finally {
    await line.close();
  }
}

const liveness = async ({ view }: Cluster): Promise<string | undefined> =>
  (await view())?.nodes.find(({ name }) => name === 'worker1')?.liveness;

/** How long it takes until `holds`, ms. */
async function took(what: string, holds: () => Promise<boolean>): Promise<number> {
  const from = performance.now();
  await until(what, holds, { everyMs: 5 });
  return Math.round(performance.now() - from);
}

const sameOnBoth = ({ master, workers: [worker] }: Cluster, path: string): boolean =>
  readFileSync(join(master.root, path)).equals(readFileSync(join(worker!.root, path)));

/** Bytes of the largest file in `folder`; files that vanish meanwhile count nothing. */
const largest = (folder: string): number =>
  Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0));

if (missing !== undefined) say(`unplug: ${missing}; a proxy stands in for the network namespaces`);

describe('a worker whose packets vanish for 30 s', () => {
  it('is down meanwhile, and back and in sync after their return', async () => {
    await withLine(async ({ cluster, pull, plugIn }) => {
      const { master } = cluster;
      pull();
      const pulledAt = performance.now();
      const downMs = await took('the worker is down', async () => (await liveness(cluster)) === 'down');
      await writeFile(join(master.root, 'etc/rules/while-away.xml'), '<group name="away,"></group>\n');
      await pause(unpluggedMs - (performance.now() - pulledAt));
      expect(await liveness(cluster)).toBe('down');
      plugIn();
      const from = performance.now();
      const backMs = await took('the worker is up', async () => (await liveness(cluster)) === 'up');
      await cluster.inSync();
      const syncMs = Math.round(performance.now() - from);
      expect(await cluster.differences(cluster.workers[0]!)).toEqual([]);
      say(`unplug 30 s: down after ${downMs} ms, up ${backMs} ms and in sync ${syncMs} ms after the return`);
    });
  });
});

const mebibyte = 1024 * 1024;
/** A fast machine may have sent all of it before the cable is out: then another one is sent. */
const tries = 10;

describe('a file of 200 MiB that is on its way when the packets begin to vanish', () => {
  it('arrives whole after their return', async () => {
    await withLine(async ({ cluster, pull, plugIn }) => {
      const worker = cluster.workers[0]!;
      /** Whether the packets began to vanish before all of it had come. */
      const cutOff = async (path: string): Promise<boolean> => {
        await writeFile(join(cluster.master.root, path), randomBytes(200 * mebibyte));
        await until('a part of it lies staged', () => largest(join(worker.root, 'etc/rules')) > mebibyte, {
          everyMs: 1,
        });
        pull();
        await until('the worker is down', async () => (await liveness(cluster)) === 'down');
        return !existsSync(join(worker.root, path));
      };
      const inSync = async (): Promise<boolean> => {
        await cluster.inSync();
        return true;
      };
      for (let n = 1; ; n++) {
        const path = `etc/rules/large-${n}.xml`;
        const isCut = await cutOff(path);
        plugIn();
        const syncMs = await took('the worker is in sync', inSync);
        expect(sameOnBoth(cluster, path)).toBe(true);
        await rm(join(cluster.master.root, path));
        await cluster.inSync();
        if (isCut) {
          say(`200 MiB cut off under way: whole ${syncMs} ms after the return`);
          return;
        }
        if (n === tries) throw new Error(`${tries} times all of it had come before the packets began to vanish`);
      }
    });
  });
});
