/** Show 7, turned round: a master that lies to a worker writes nothing where it may not, and takes no memory. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import { encodeDataHeader, encodeEnvelope } from '@muster/protocol';
import { contentHeaderOf, type FalseMaster, type Lie, openFalseMaster } from './false-master.ts';
import { watch } from './hostile-rig.ts';
import { frameOf, lengthed, pack } from './msgpack.ts';

let cluster: Cluster;
let worker: ClusterNode;
let master: FalseMaster;
let before: readonly string[];

const mebibyte = Buffer.alloc(1024 * 1024, 'x');
const rule = '<group name="a,"></group>\n';
const good = { 'etc/rules/a.xml': rule };

/** Every path below R that is not the daemon's own. */
async function pathsOf(root: string): Promise<readonly string[]> {
  const all = await readdir(root, { recursive: true });
  return all.filter((path) => !/^(logs|queue\/cluster|var\/run)(\/|$)/.test(path)).sort();
}

/** A try that goes on may have staged something, which goes with it. */
const sameNames = (one: readonly string[], other: readonly string[]): boolean => one.join('\n') === other.join('\n');

function* endless(piece: Uint8Array, first: readonly Uint8Array[] = []): Iterable<Uint8Array> {
  yield* first;
  for (;;) yield piece;
}

beforeAll(async () => {
  cluster = await openCluster({ workers: 1, musterYaml: 'link:\n  retry_max: 300ms\n' });
  worker = cluster.workers[0]!;
  master = await openFalseMaster(cluster);
  worker.start();
  await master.linked(0);
  master.announce({ files: good });
  await says(/is in sync/);
  before = await pathsOf(worker.root);
});

afterAll(async () => {
  await master.close();
  await cluster.close();
});

const why = async (): Promise<string> => worker.ask((client) => client.explain('worker1'));

async function says(words: RegExp): Promise<void> {
  await until(`the worker says ${words}`, async () => words.test(await why())).catch(async (cause) => {
    throw new Error(`it says: ${await why()}`, { cause });
  });
}

describe('a worker whose master announces', () => {
  it.each<[string, Lie, RegExp]>([
    ['a path that climbs', { files: { 'etc/rules/../../../climbed.xml': rule } }, /path that is not allowed/],
    ['an absolute path', { files: { '/tmp/muster-absolute': rule } }, /path that is not allowed/],
    ['a path with a NUL', { files: { 'etc/rules/a\0b.xml': rule } }, /path that is not allowed/],
    [
      'a file outside the table',
      { files: { ...good, 'etc/ossec.conf': rule } },
      /etc\/ossec\.conf: the path leads out/,
    ],
    ['a file among our own', { files: { ...good, 'queue/cluster/muster/journal': rule } }, /journal: /],
    [
      '10 million files',
      { manifest: () => [lengthed(pack([0, 9, 1, new Uint8Array(64), 1, 0, 10_000_000]))] },
      /over 1000000/,
    ],
    [
      'a million files, and sends none',
      { manifest: () => [lengthed(pack([0, 9, 1, new Uint8Array(64), 1, 0, 1_000_000]))] },
      /ends too soon/,
    ],
    ['a block of 4 GB', { manifest: () => [Buffer.alloc(4, 0xff)] }, /block of 4294967295 bytes/],
    [
      'another root',
      {
        files: { ...good, 'etc/rules/r.xml': rule },
        manifest: ([header, ...rest]) => [
          Buffer.concat([header!.subarray(0, 40), Buffer.alloc(20), header!.subarray(60)]),
          ...rest,
        ],
      },
      /root does not come out/,
    ],
    [
      'directories without end',
      {
        files: { ...good, 'etc/rules/r.xml': rule },
        manifest: ([header]) =>
          endless(lengthed(pack([1, ...Array.from({ length: 500 }, (_, index) => `etc/rules/${1_000 + index}`)])), [
            header!,
          ]),
      },
      /more paths in a manifest than/,
    ],
    [
      'a file, and no content for it',
      { files: { ...good, 'etc/rules/n.xml': rule + rule }, content: () => [] },
      /contents, then the stream ended/,
    ],
    [
      'a file, and less content',
      { files: { ...good, 'etc/rules/n.xml': mebibyte }, content: (_, [content]) => [content!.subarray(0, 5_000)] },
      /then the stream ended/,
    ],
    [
      'a file, and more content',
      {
        files: { ...good, 'etc/rules/n.xml': rule + 1 },
        content: (_, [content]) => [content!, rule].map((one) => Buffer.from(one)),
      },
      /more than the 1 contents/,
    ],
    [
      'a file, and another size',
      { files: { ...good, 'etc/rules/n.xml': rule + 2 }, content: () => [contentHeaderOf(2 ** 40)] },
      /where \d+ were announced/,
    ],
    [
      'a file, and content without end',
      { files: { ...good, 'etc/rules/n.xml': rule + 3 }, content: (_, [content]) => endless(mebibyte, [content!]) },
      /more than the 1 contents/,
    ],
    [
      'a file, and other bytes',
      {
        files: { ...good, 'etc/rules/n.xml': rule + 4 },
        content: (_, [content]) => [Buffer.from(content!).fill('z', 9)],
      },
      /n\.xml: /,
    ],
    [
      'a file of a petabyte, and sends it',
      {
        files: { ...good, 'etc/rules/n.xml': 'p' },
        size: 2 ** 50,
        content: () => endless(mebibyte, [contentHeaderOf(2 ** 50)]),
      },
      /n\.xml: the file is larger than this node takes/,
    ],
  ])('%s says what is wrong, writes nothing else, and takes no memory', async (title, lie, words) => {
    const watched = watch({ nodes: [worker] });
    master.announce(lie);
    await says(words);
    await until('nothing else lies there', async () => sameNames(await pathsOf(worker.root), before));
    expect(existsSync(join(cluster.folder, 'climbed.xml')) || existsSync('/tmp/muster-absolute')).toBe(false);
    await watched.check(title);
    master.announce({ files: good });
    await says(/is in sync/);
  });
});

describe('a worker whose master sends', () => {
  const id = { epoch: 9, generation: 1_000 };
  const generation = { type: 'generation', id, root: new Uint8Array(64), files: 1, bytes: 1 };
  const row = [['../../climbed.xml', 1, new Uint8Array(64)]];
  const delta = { base: id, put: row, remove: [], makeDirectories: [], removeDirectories: [], held: [] };
  it.each<[string, Uint8Array, RegExp]>([
    ['a claim of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), /too-long/],
    ['garbage', Buffer.from('\0\0\0\x10\x09garbage garbage garbage'), /unknown|malformed/],
    [
      'a delta whose path climbs',
      frameOf({ kind: 'tell', to: 'file-sync', message: { ...generation, delta } }),
      /bad-schema|schema|generation/,
    ],
    [
      'a message that only a worker may send',
      encodeEnvelope({ kind: 'tell', to: 'integrity', message: { type: 'confirm-generation', id } }),
      /confirm-generation/,
    ],
    [
      'a request for its files',
      encodeEnvelope({
        kind: 'open',
        stream: 2,
        to: 'file-sync',
        message: { type: 'get-content', digests: [new Uint8Array(64)] },
        credit: 1,
      }),
      /get-content/,
    ],
    ['data for a stream that nobody opened', Buffer.concat([encodeDataHeader(9_999, 4), Buffer.alloc(4)]), /stream/],
  ])('%s closes the link with the reason, and links again', async (title, bytes, words) => {
    const watched = watch({ nodes: [worker] });
    const links = master.links();
    const ends = master.ends.length;
    master.connection().write(bytes);
    await until('the link is closed', () => master.ends.length > ends);
    expect(master.ends.at(-1)).toMatchObject({
      how: 'goodbye',
      code: 'protocol-violation',
      text: expect.stringMatching(words),
    });
    await until('the worker says so', () => words.test(watched.logged(worker)));
    await master.linked(links);
    master.announce({ files: good });
    await watched.check(title);
  });
});

describe('a worker that was lied to', () => {
  it('comes into sync with the true master as soon as that is back', async () => {
    await master.close();
    cluster.master.start();
    await cluster.inSync();
    expect(await cluster.differences(worker)).toEqual([]);
  });
});
