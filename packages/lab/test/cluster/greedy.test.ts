/** Peers that know the key and keep to the protocol, but want more than their share: the master serves the others all the same. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, openCluster, until } from '@muster/lab/testing';
import { type Beat, encodeEnvelope, type WireMessage } from '@muster/protocol';
import { filesFlow, type RawPeer, rawWorker, watch } from './hostile-rig.ts';

let cluster: Cluster;
let large: Uint8Array;

beforeAll(async () => {
  cluster = await openCluster({ workers: 1 });
  const content = randomBytes(20 * 1024 * 1024);
  writeFileSync(join(cluster.master.root, 'etc/rules/large.xml'), content);
  large = createHash('blake2b512').update(content).digest();
  cluster.master.start();
  cluster.workers[0]!.start();
  await cluster.inSync();
  await filesFlow(cluster);
});

afterAll(() => cluster.close());

const beat = (sequence: number): Beat => ({
  ...{ type: 'beat', sequence, wallMs: Date.now(), state: 'in-sync', files: 1, loopDelayMs: 0 },
});
const repeated = (count: number, one: (index: number) => Uint8Array): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, (_, index) => one(index)));

describe('a peer that', () => {
  const id = { epoch: 1, generation: 1 };
  const open = (message: WireMessage) => (index: number) =>
    encodeEnvelope({ kind: 'open', stream: 1 + 2 * index, to: 'file-sync', message, credit: 64 * 1024 * 1024 });
  it.each<[string, boolean, () => Uint8Array]>([
    [
      'opens 40 streams of a large file and reads none',
      false,
      () => repeated(40, open({ type: 'get-content', digests: Array(20).fill(large) })),
    ],
    ['opens 2,000 streams of what is not there', true, () => repeated(2_000, open({ type: 'get-manifest', id }))],
    [
      'sends 100,000 beats at once',
      true,
      () => repeated(100_000, (index) => encodeEnvelope({ kind: 'tell', to: 'keep-alive', message: beat(index) })),
    ],
    [
      'asks 5,000 times for the cluster and reads no answer',
      false,
      () =>
        repeated(5_000, (index) =>
          encodeEnvelope({ kind: 'ask', id: index + 1, to: 'control', message: { type: 'get-cluster' } }),
        ),
    ],
    [
      'asks 10,000 times to look again',
      true,
      () =>
        repeated(10_000, () =>
          encodeEnvelope({ kind: 'tell', to: 'integrity', message: { type: 'confirm-generation', id } }),
        ),
    ],
    [
      'pings 100,000 times and reads no answer',
      false,
      () => repeated(100_000, (index) => encodeEnvelope({ kind: 'ping', id: index + 1 })),
    ],
  ])('%s delays nobody else and takes no memory', async (title, reads, bytes) => {
    const watched = watch(cluster);
    const peer: RawPeer = await rawWorker(cluster, `greedy${title.length}`, true);
    if (!reads) peer.connection.pause();
    peer.connection.write(bytes());
    const from = performance.now();
    await filesFlow(cluster);
    process.stdout.write(`hostile: ${title}: a change took ${Math.round(performance.now() - from)} ms\n`);
    await filesFlow(cluster);
    const row = async () => (await cluster.view())?.nodes.find(({ name }) => name === 'worker1')?.liveness;
    await until('the worker is up', async () => (await row()) === 'up');
    watched.notGrown();
    peer.connection.destroy();
    await watched.check(title);
  });
});
