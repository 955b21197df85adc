/** Show 7, the strangers: whoever knocks at the master, files go on flowing to the worker that belongs. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import { openLink } from '@muster/link';
import { encodeDataHeader, encodeEnvelope } from '@muster/protocol';
import {
  deafHandlers,
  drained,
  filesFlow,
  helloOf,
  identity,
  linkDeps,
  never,
  rawSocket,
  rawWorker,
  transportOf,
  watch,
} from './hostile-rig.ts';

/** Real nodes that are set up wrong, each in its own way; worker1 is as it should be. */
const edits: Readonly<Record<string, readonly [string, string]>> = {
  worker2: ['TestKey_TestKey_', 'OtherKeyOtherKey'],
  worker3: ['<name>lab</name>', '<name>other</name>'],
  worker4: ['<node_name>worker4<', '<node_name>worker1<'],
  worker5: ['<node_name>worker5<', '<node_name>master<'],
};

let cluster: Cluster;
let master: ClusterNode;

beforeAll(async () => {
  cluster = await openCluster({
    workers: 5,
    prepare: ({ name, root }) => {
      const path = join(root, 'etc/ossec.conf');
      writeFileSync(path, readFileSync(path, 'utf8').replace(...(edits[name] ?? ['', ''])));
    },
  });
  master = cluster.master;
  master.start();
  cluster.workers[0]!.start();
  await cluster.inSync();
  await filesFlow(cluster);
});

afterAll(() => cluster.close());

const logHas = (node: ClusterNode, words: RegExp, since: string): Promise<void> =>
  until(`${node.name} logs ${words}`, () => words.test(node.output().slice(since.length)));

describe('a real node that is set up wrong', () => {
  it.each<[string, string, RegExp, RegExp]>([
    [
      'with another key',
      'worker2',
      /turned away: worker2 at .* has another <key>/,
      /has another <key>: the keys of all/,
    ],
    [
      'of another cluster',
      'worker3',
      /\(wrong-cluster\): "worker3" belongs to the cluster "other"/,
      /make the <name> in <cluster> the same/,
    ],
    [
      'with a name that is in use',
      'worker4',
      /refused \(name-taken\): worker1 is already linked/,
      /worker1 is already linked from 127/,
    ],
    ["with the master's name", 'worker5', /\(name-is-masters\)/, /give the other node a <node_name> of its own/],
  ])('%s is told why, and so is the master', async (title, name, atMaster, atNode) => {
    const watched = watch(cluster);
    const since = master.output();
    const node = cluster.workers.find((each) => each.name === name)!;
    node.start();
    try {
      await logHas(master, atMaster, since);
      await logHas(node, atNode, '');
      const { link } = await node.ask((client) => client.health());
      expect(link).toMatch(atNode);
      await filesFlow(cluster);
    } finally {
      node.kill('SIGTERM');
      expect(await node.exited()).toBe(0);
    }
    await filesFlow(cluster);
    await watched.check(title);
  });
});

describe('a stranger without the key', () => {
  const clientHello = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
  it.each<[string, Buffer, RegExp]>([
    ['garbage', Buffer.from('\0\x01garbage\xff'.repeat(40), 'latin1'), /does not speak TLS 1\.3/],
    ['a claim of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), /does not speak TLS 1\.3/],
    ['a plain HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), /does not speak TLS 1\.3/],
    ['an endless stream of zeros', Buffer.alloc(8 * 1024 * 1024), /does not speak TLS 1\.3/],
  ])('that sends %s is closed, and named in the log', async (title, bytes, words) => {
    const watched = watch(cluster);
    const since = master.output();
    const socket = await rawSocket(cluster.port, `127.0.1.${title.length}`);
    const ended = drained(socket);
    socket.write(bytes);
    await Promise.all([logHas(master, words, since), ended, filesFlow(cluster)]);
    await watched.check(title);
  });

  it('that speaks TLS but brings no identity is told by an alert', async () => {
    const watched = watch(cluster);
    const since = master.output();
    const socket = connectTls({ host: '127.0.0.1', port: cluster.port, rejectUnauthorized: false });
    const [error] = await once(socket, 'error');
    expect(error.code).toMatch(/ALERT_HANDSHAKE_FAILURE/);
    await logHas(master, /brought no identity that this node takes/, since);
    await filesFlow(cluster);
    await watched.check('TLS without an identity');
  });

  it('that sends a byte of its hello a second is closed after 5 s', async () => {
    const watched = watch(cluster);
    const since = master.output();
    const socket = await rawSocket(cluster.port, '127.0.1.90');
    const closed = drained(socket);
    const trickle = (async () => {
      for (const byte of clientHello) {
        socket.write(Buffer.from([byte]));
        await Promise.race([closed, pause(1_000)]);
        if (socket.destroyed) return;
      }
    })();
    await filesFlow(cluster);
    await closed;
    await trickle;
    await logHas(master, /127\.0\.1\.90:\d+ did not finish the handshake within 5000 ms/, since);
    await watched.check('slow loris');
  });

  it('that opens 500 connections and says nothing shuts nobody out', async () => {
    const watched = watch(cluster);
    const sockets = await Promise.all(
      Array.from({ length: 500 }, (_, index) => rawSocket(cluster.port, `127.0.2.${1 + (index % 50)}`)),
    );
    const ends = sockets.map(drained);
    await filesFlow(cluster);
    const link = await openLink(
      await transportOf(identity('latecomer'), cluster.key, cluster.port).dial(never),
      identity('latecomer'),
      linkDeps(),
    );
    link.start(deafHandlers().handlers);
    link.close('shutting-down', 'seen enough');
    await Promise.all(ends);
    await filesFlow(cluster);
    await watched.check('500 silent connections', 110);
  });

  it('that connects and closes 2,000 times, as load balancers do, is told of once', async () => {
    const watched = watch(cluster);
    for (let at = 0; at < 2_000; at += 20) {
      const some = await Promise.all(Array.from({ length: 20 }, () => rawSocket(cluster.port, '127.0.3.1')));
      for (const socket of some) socket.destroy();
    }
    await filesFlow(cluster);
    await watched.check('2,000 probes');
  });
});

describe('a stranger with the key', () => {
  const deadFrame = Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 0]);
  const digest = new Uint8Array(64).fill(7);
  const id = { epoch: 1, generation: 1 };

  it.each<[string, Uint8Array, RegExp]>([
    ['garbage', Buffer.from('\0\0\0\x10garbage garbage garbage'), /protocol-violation|unknown-frame/],
    ['a claim of 4 GB', deadFrame, /too-long|longer|4294967295/],
    ['a ping', encodeEnvelope({ kind: 'ping', id: 1 }), /not-yet: a 'ping' first/],
  ])('that sends %s before its hello is refused with the reason', async (title, bytes, words) => {
    const watched = watch(cluster);
    const since = master.output();
    const { connection, got, closed } = await rawWorker(cluster, 'stranger', false);
    connection.write(bytes);
    await closed;
    expect(got).toMatchObject([{ kind: 'refuse', code: 'protocol-violation', text: expect.stringMatching(words) }]);
    await logHas(master, /Error during handshake with incoming connection.*protocol-violation/, since);
    await filesFlow(cluster);
    await watched.check(`${title}, before hello`);
  });

  it('that never says hello is closed after 5 s', async () => {
    const watched = watch(cluster);
    const since = master.output();
    const { got, closed } = await rawWorker(cluster, 'mute', false);
    await Promise.all([closed, filesFlow(cluster)]);
    expect(got).toMatchObject([{ kind: 'refuse', text: expect.stringMatching(/no hello within 5000 ms/) }]);
    await logHas(master, /sent no hello within 5000 ms/, since);
    await watched.check('no hello');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a claim of 4 GB', deadFrame, /too-long/],
    ['garbage', Buffer.from('\0\0\0\x10\x09garbage garbage garbage'), /unknown|malformed/],
    [
      'a generation, which only a master announces',
      encodeEnvelope({
        kind: 'tell',
        to: 'file-sync',
        message: { type: 'generation', id, root: digest, files: 1, bytes: 1 },
      }),
      /generation/,
    ],
    ['a second hello', encodeEnvelope(helloOf('hostile')), /hello/],
    ['data for a stream that nobody opened', Buffer.concat([encodeDataHeader(2, 4), Buffer.alloc(4)]), /stream|data/],
    [
      'a reply that nobody asked for',
      encodeEnvelope({ kind: 'reply', id: 9, message: { type: 'explanation', node: 'a', text: 'b' } }),
      /reply/,
    ],
  ])('that sends %s once linked is closed with the reason, and both logs name it', async (title, bytes, words) => {
    const watched = watch(cluster);
    const since = master.output();
    const name = `hostile-${words.source.replace(/\W.*/, '')}-${bytes.length}`;
    const { connection, got, closed } = await rawWorker(cluster, name, true);
    connection.write(bytes);
    await closed;
    expect(got.at(-1)).toMatchObject({
      kind: 'goodbye',
      code: 'protocol-violation',
      text: expect.stringMatching(words),
    });
    await logHas(master, new RegExp(`${name} broke the protocol.*(${words.source})`), since);
    await filesFlow(cluster);
    await watched.check(`${title}, once linked`);
  });

  it('that sends a frame of a byte a second is silent, and down within 5 s', async () => {
    const watched = watch(cluster);
    const { connection, got, closed } = await rawWorker(cluster, 'loris', true);
    const frame = encodeEnvelope({ kind: 'ping', id: 1 });
    let open = true;
    void closed.then(() => {
      open = false;
    });
    for (let at = 0; at < frame.length && open; at += 1) {
      connection.write(frame.subarray(at, at + 1));
      await Promise.race([closed, pause(1_000)]);
    }
    await closed;
    expect(got.at(-1)).toMatchObject({ kind: 'goodbye', code: 'silent' });
    await filesFlow(cluster);
    await watched.check('a byte a second, once linked');
  });

  it('that asks for content nobody has gets "not here" for each', async () => {
    const watched = watch(cluster);
    const connection = await transportOf(identity('curious'), cluster.key, cluster.port).dial(never);
    const link = await openLink(connection, identity('curious'), linkDeps());
    link.start(deafHandlers().handlers);
    const digests = Array.from({ length: 1_000 }, (_, index) => new Uint8Array(64).fill(index & 0xff));
    const pieces: Uint8Array[] = [];
    for await (const piece of link.open('file-sync', { type: 'get-content', digests }, never)) pieces.push(piece);
    const answer = Buffer.concat(pieces);
    expect(answer).toHaveLength(1_000 * 9);
    expect(answer.every((byte, index) => byte === (index % 9 === 0 ? 1 : 0))).toBe(true);
    link.close('shutting-down', 'seen enough');
    await filesFlow(cluster);
    await watched.check('unknown digests');
  });

  it('that comes back with garbage 300 times does not flood the log', async () => {
    const watched = watch(cluster);
    for (let at = 0; at < 300; at += 1) {
      const { connection, closed } = await rawWorker(cluster, `flood${at}`, false);
      connection.write(deadFrame);
      await closed;
    }
    await filesFlow(cluster);
    await watched.check('300 bad hellos');
  });

  it('that links and breaks the protocol 300 times does not flood the log', async () => {
    const watched = watch(cluster);
    for (let at = 0; at < 300; at += 1) {
      const { connection, closed } = await rawWorker(cluster, 'flapping', true);
      connection.write(deadFrame);
      await closed;
    }
    await filesFlow(cluster);
    await watched.check('300 breaches', 60);
  });
});
