import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@muster/actor';
import {
  type Decoded,
  type Envelope,
  encodeDataHeader,
  encodeEnvelope,
  frameDecoder,
  type GetContent,
} from '@muster/protocol';
import { type Connection, linkLimits, openLink, type PausedLink, tlsTransport, unixTransport } from '../src/index.ts';
import { deferred, tcpProxy, until } from '../src/testing/index.ts';
import {
  beat,
  depsWith,
  dialWorker,
  handlers,
  linked,
  master,
  masterRig,
  patienceMs,
  temporaryFolder,
  tls,
  worker,
} from './rig.ts';

const never = new AbortController().signal;
const getCluster = { type: 'get-cluster' } as const;
const getContent: GetContent = { type: 'get-content', digests: [new Uint8Array(64)] };
const hello: Envelope = {
  kind: 'hello',
  protocol: { min: 1, max: 1 },
  cluster: 'alpha',
  node: 'w1',
  role: 'worker',
  version: '0',
  wallMs: 0,
};
const welcome: Envelope = { kind: 'welcome', protocol: 1, node: 'main', version: '0', wallMs: 0 };

/** Opens so many connections and says nothing. */
async function silent(port: number, count: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
  );
  return sockets;
}

/** What a raw peer gets, decoded. */
function envelopesOf(connection: Connection, sender: 'master' | 'worker'): Envelope[] {
  const got: Envelope[] = [];
  const decoder = frameDecoder({ sender });
  const take = (decoded: Decoded): void => {
    if (decoded.ok && decoded.frame.type === 'envelope') got.push(decoded.frame.envelope);
  };
  connection.listen({
    data: (bytes) => {
      for (const decoded of decoder.push(bytes)) {
        take(decoded);
        if (decoded.ok && decoded.frame.type === 'envelope' && decoded.frame.envelope.kind === 'hello')
          decoder.accept();
      }
    },
    drained: () => {},
    closed: () => {},
  });
  return got;
}

/** A worker that speaks raw frames to a real master. */
async function rawWorker() {
  const far = deferred<PausedLink>();
  const rig = await masterRig({ accepted: far.resolve });
  const connection = await dialWorker(rig.listening.port);
  const got = envelopesOf(connection, 'master');
  connection.write(encodeEnvelope(hello));
  const own = handlers({ ask: () => {}, open: () => {} });
  (await far.promise).start(own);
  await until('the welcome is there', () => got.length === 1);
  return { rig, connection, got, own };
}

/** A master that speaks raw frames to a real worker. */
async function rawMaster() {
  const accepted = deferred<Connection>();
  const transport = tlsTransport(tls(master, { listen: { bindAddr: '127.0.0.1', port: 0 } }));
  const listening = await transport.listen({ connection: accepted.resolve, rejected: () => {} });
  const dialed = dialWorker(listening.port).then((connection) => openLink(connection, worker, depsWith()));
  const connection = await accepted.promise;
  const got = envelopesOf(connection, 'worker');
  connection.write(encodeEnvelope(welcome));
  const link = await dialed;
  const own = handlers();
  link.start(own);
  const close = async () => {
    connection.destroy();
    await listening.close();
  };
  return { connection, got, link, own, close };
}

/** So many turns that a link which still reads would have read something. */
async function rigSettles(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) expect(chunk.byteLength).toBeGreaterThan(0);
}

describe('a listener', () => {
  it('forgets a connection that its peer closed, and says so once', async () => {
    const rig = await masterRig();
    for (const socket of await silent(rig.listening.port, 12)) socket.end();
    await until('it is noted', () => rig.rejections.some(({ code }) => code === 'closed'));
    expect(rig.rejections.find(({ code }) => code === 'closed')?.text).toMatch(/0 bytes came\): a port check/);
    await rig.close();
  });

  it('lets a good worker in beside 500 silent connections, at little cost', async () => {
    const rig = await masterRig({ limits: { handshakeMs: patienceMs } });
    const before = process.memoryUsage().rss;
    const sockets = await silent(rig.listening.port, 500);
    const connection = await dialWorker(rig.listening.port);
    const link = await openLink(connection, worker, depsWith());
    expect(link.peer.node).toBe('main');
    await until('the others were turned away', () => sockets.filter(({ closed }) => closed).length >= 490);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(rig.rejections).toHaveLength(1);
    expect(rig.rejections[0]).toMatchObject({ code: 'too-many', text: expect.stringMatching(/the oldest was closed/) });
    for (const socket of sockets) socket.destroy();
    await rig.close();
  });

  it('lets a good worker in while silent connections keep coming', async () => {
    const rig = await masterRig();
    const sockets: Socket[] = [];
    let done = false;
    const flood = (async () => {
      while (!done) sockets.push(...(await silent(rig.listening.port, 20)));
    })();
    for (let time = 0; time < 5; time++) {
      const link = await openLink(await dialWorker(rig.listening.port), worker, depsWith());
      link.destroy(new Error('again'));
    }
    done = true;
    await flood;
    for (const socket of sockets) socket.destroy();
    await rig.close();
  });

  it('ends a handshake that trickles in byte by byte at the deadline', async () => {
    const rig = await masterRig({ limits: { handshakeMs: 100 } });
    const [socket] = await silent(rig.listening.port, 1);
    const record = Buffer.from([0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc]);
    let at = 0;
    const trickle = setInterval(() => void socket?.write(record.subarray(at, ++at)), 5);
    await until('it is turned away', () => rig.rejections.length === 1 && socket?.closed === true);
    clearInterval(trickle);
    expect(rig.rejections[0]).toMatchObject({
      code: 'handshake-timeout',
      text: expect.stringMatching(/within 100 ms/),
    });
    await rig.close();
  });

  it('goes on when peers vanish at every moment of the handshake', async () => {
    const rig = await masterRig();
    for (let time = 0; time < 30; time++) {
      const controller = new AbortController();
      const transport = tlsTransport(tls(worker, { dial: { host: '127.0.0.1', port: rig.listening.port } }));
      const dialing = transport.dial(controller.signal).then(
        (one) => one.destroy(),
        () => {},
      );
      for (let turn = 0; turn < time; turn++) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      await dialing;
    }
    const link = await openLink(await dialWorker(rig.listening.port), worker, depsWith());
    expect(link.peer.node).toBe('main');
    await rig.close();
  });
});

describe('a worker that breaks the protocol', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['says hello again', encodeEnvelope(hello), /twice|hello/],
    [
      'answers what was never asked',
      encodeEnvelope({ kind: 'reply', id: 7, message: { type: 'cluster', cluster: 'a', nodes: [] } }),
      /not-allowed|never sent/,
    ],
    ['answers a ping that was never sent', encodeEnvelope({ kind: 'pong', id: 7 }), /pong to 7, which was never sent/],
    [
      'opens streams out of order',
      encodeEnvelope({ kind: 'open', stream: 3, to: 'file-sync', message: getContent, credit: 1 }),
      /the next is 1/,
    ],
    [
      'opens a stream of the other side',
      encodeEnvelope({ kind: 'open', stream: 2, to: 'file-sync', message: getContent, credit: 1 }),
      /the next is 1/,
    ],
    [
      'grants credit to a stream that was never open',
      encodeEnvelope({ kind: 'credit', stream: 9, bytes: 1 }),
      /stream 9 was never open/,
    ],
    [
      'uses an ask id twice',
      Buffer.concat([1, 1].map((id) => encodeEnvelope({ kind: 'ask', id, to: 'control', message: getCluster }))),
      /ask 1 is still waiting/,
    ],
    ['sends stream data', Buffer.concat([encodeDataHeader(1, 1), Buffer.alloc(1)]), /not-allowed/],
    ['sends garbage', Buffer.from('garbage'), /too-long|unknown-frame|malformed/],
    ['claims a frame of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff]), /too-long/],
    [
      'grants more credit than any reader has',
      Buffer.concat([
        encodeEnvelope({ kind: 'open', stream: 1, to: 'file-sync', message: getContent, credit: 0 }),
        ...Array.from({ length: 40 }, () => encodeEnvelope({ kind: 'credit', stream: 1, bytes: 64 * 1024 * 1024 })),
      ]),
      /more credit than any reader has/,
    ],
  ])('and %s is told why and closed', async (_, bytes, text) => {
    const { rig, connection, got, own } = await rawWorker();
    connection.write(bytes);
    expect(await own.ended).toMatchObject({
      how: 'violation',
      code: 'protocol-violation',
      text: expect.stringMatching(text),
    });
    await until('the peer was told', () => got.length > 1);
    expect(got.at(-1)).toMatchObject({
      kind: 'goodbye',
      code: 'protocol-violation',
      text: expect.stringMatching(text),
    });
    await rig.close();
  });
});

describe('a master that breaks the protocol', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'sends data for a stream that was never open',
      Buffer.concat([encodeDataHeader(3, 1), Buffer.alloc(1)]),
      /stream 3 was never open/,
    ],
    ['ends a stream that was never open', encodeEnvelope({ kind: 'end', stream: 3 }), /stream 3 was never open/],
    [
      'sends data for a stream of its own side',
      Buffer.concat([encodeDataHeader(2, 1), Buffer.alloc(1)]),
      /from the wrong side/,
    ],
    [
      'sends more than it had credit for',
      Buffer.concat(
        Array.from({ length: 5 }, () => Buffer.concat([encodeDataHeader(1, 250_000), Buffer.alloc(250_000)])),
      ),
      /more than it had credit for/,
    ],
    [
      'answers what was never asked',
      encodeEnvelope({ kind: 'reply', id: 7, message: { type: 'cluster', cluster: 'a', nodes: [] } }),
      /reply to 7, which was never sent/,
    ],
  ])('and %s is told why and closed', async (_, bytes, text) => {
    const { connection, got, link, own, close } = await rawMaster();
    const stream = link.open('file-sync', getContent, never);
    connection.write(bytes);
    expect(await own.ended).toMatchObject({
      how: 'violation',
      code: 'protocol-violation',
      text: expect.stringMatching(text),
    });
    await expect(drain(stream)).rejects.toMatchObject({ code: 'closed' });
    await until('the peer was told', () => got.some(({ kind }) => kind === 'goodbye'));
    await close();
  });

  it('may still send for a stream that was just aborted', async () => {
    const { connection, link, close } = await rawMaster();
    const controller = new AbortController();
    link.open('file-sync', getContent, controller.signal);
    controller.abort();
    connection.write(Buffer.concat([encodeDataHeader(1, 3), Buffer.alloc(3)]));
    connection.write(encodeEnvelope({ kind: 'end', stream: 1 }));
    connection.write(encodeEnvelope({ kind: 'pong', id: 1 }));
    await expect(link.ping(patienceMs)).resolves.toBeGreaterThanOrEqual(0);
    await close();
  });
});

describe('a peer that does not read', () => {
  it('and asks on is not read from until it reads again; then every answer comes', async () => {
    const limits = { sendQueueBytes: 1024 * 1024, asks: 20_000, overloadedMs: patienceMs };
    const rig = await linked({ limits });
    let asked = 0;
    rig.far.start(
      handlers({
        ask: (_to, _message, answer) => {
          asked += 1;
          answer.fail('busy', 'x'.repeat(1_900));
        },
      }),
    );
    const count = 15_000;
    const answers = Promise.allSettled(
      Array.from({ length: count }, () => rig.near.ask('control', getCluster, patienceMs)),
    );
    await until('the master answers', () => asked > 0);
    for (let seen = -1; seen !== asked; await rigSettles()) seen = asked;
    rig.near.start(handlers());
    const codes = (await answers).map((one) => (one.status === 'rejected' ? one.reason.code : 'answered'));
    expect(new Set(codes)).toEqual(new Set(['busy']));
    expect(asked).toBe(count);
    await rig.close();
  });

  it('makes tell return false at the limit, and is closed as overloaded', async () => {
    const rig = await linked({ limits: { sendQueueBytes: 1024 * 1024, overloadedMs: 100, lingerMs: 50 } });
    const own = handlers();
    rig.near.start(own);
    let sent = 0;
    while (rig.near.tell('keep-alive', { ...beat(sent), why: 'x'.repeat(1_900) })) {
      sent += 1;
      if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(rig.near.ask('control', getCluster, 1_000)).rejects.toMatchObject({ code: 'overloaded' });
    expect(await own.ended).toMatchObject({
      how: 'closed',
      code: 'overloaded',
      text: expect.stringMatching(/does not read/),
    });
    await rig.close();
  });
});

describe('a closed link', () => {
  it('does not wait long for a peer that was silent already', async () => {
    const rig = await masterRig({ limits: { lingerMs: 3_600_000 } });
    const proxy = await tcpProxy(rig.listening.port);
    const connection = await dialWorker(proxy.port);
    const link = await openLink(connection, worker, depsWith({ lingerMs: 3_600_000 }));
    const own = handlers();
    link.start(own);
    proxy.unplug();
    link.close('silent', 'no beat for 4.0 s');
    expect(await own.ended).toMatchObject({ how: 'closed', code: 'silent' });
    await rig.close();
    await proxy.close();
  });

  it('leaves no timer behind', async () => {
    const timers = new Set<object>();
    const clock = {
      now: systemClock.now,
      after: (delayMs: number, fire: () => void) => {
        const timer = {};
        timers.add(timer);
        const cancel = systemClock.after(delayMs, () => {
          timers.delete(timer);
          fire();
        });
        return () => {
          timers.delete(timer);
          cancel();
        };
      },
    };
    const rig = await masterRig();
    const connection = await dialWorker(rig.listening.port, worker, { clock });
    const link = await openLink(connection, worker, { ...depsWith(), clock });
    const own = handlers();
    link.start(own);
    const waiting = Promise.allSettled([link.ask('control', getCluster, patienceMs), link.ping(patienceMs)]);
    const reading = link
      .open('file-sync', getContent, never)
      [Symbol.asyncIterator]()
      .next()
      .catch(() => {});
    expect(timers.size).toBe(2);
    link.close('shutting-down', 'bye');
    await Promise.all([own.ended, waiting, reading]);
    expect(timers.size).toBe(0);
    expect(link.stats().streams).toBe(0);
    await rig.close();
  });
});

describe('a unix socket', () => {
  it('of a dead process is replaced, one of a living process is not', async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, 's');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.send('up'))`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    await new Promise((resolve) => child.once('message', resolve));
    const none = { connection: (one: Connection) => one.destroy(), rejected: () => {} };
    await expect(unixTransport({ path }).listen(none)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringMatching(/another process/),
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const listening = await unixTransport({ path }).listen(none);
    expect(listening.address).toBe(path);
    await listening.close();
    folder.remove();
  });

  it('closes connections above its limit', async () => {
    const folder = temporaryFolder();
    const transport = unixTransport({ path: join(folder.path, 's'), connections: 1 });
    const rejections: string[] = [];
    const accepted: Connection[] = [];
    const listening = await transport.listen({
      connection: (one) => void accepted.push(one),
      rejected: ({ code }) => void rejections.push(code),
    });
    const first = await transport.dial(never);
    const second = await transport.dial(never);
    const closed = deferred<void>();
    second.listen({ data: () => {}, drained: () => {}, closed: () => closed.resolve() });
    await closed.promise;
    expect(rejections).toEqual(['too-many']);
    for (const one of [first, ...accepted]) one.destroy();
    await listening.close();
    folder.remove();
  });
});

it('the limits of a link hold a whole window in few pieces', () => {
  expect(linkLimits.windowBytes / linkLimits.pieceBytes).toBeGreaterThanOrEqual(8);
});
