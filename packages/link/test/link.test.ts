import { createHash, randomBytes } from 'node:crypto';
import type { GetContent, GetManifest, WireMessage } from '@muster/protocol';
import type { Link, LinkHandlers, OutgoingStream, PausedLink } from '../src/index.ts';
import { linkLimits } from '../src/index.ts';
import { deferred, tcpProxy, until } from '../src/testing/index.ts';
import { beat, handlers, type LinkedRig, linked, patienceMs } from './rig.ts';

const never = new AbortController().signal;
const getManifest: GetManifest = { type: 'get-manifest', id: { epoch: 1, generation: 1 } };
const getContent: GetContent = { type: 'get-content', digests: [new Uint8Array(64)] };
const getCluster: WireMessage = { type: 'get-cluster' };
const cluster: WireMessage = { type: 'cluster', cluster: 'alpha', nodes: [] };

/** Both ends started, the master's with `more`. */
function start({ near, far }: LinkedRig, more: Partial<LinkHandlers> = {}) {
  const own = { near: handlers(), far: handlers(more) };
  far.start(own.far);
  near.start(own.near);
  return own;
}

/** A master that answers each stream with `bytes` in pieces of `pieceBytes`. */
const serving = (bytes: Uint8Array, pieceBytes: number): Partial<LinkHandlers> => ({
  open: (_to, _message, stream) => void serve(stream, bytes, pieceBytes).catch(() => {}),
});

async function serve(stream: OutgoingStream, bytes: Uint8Array, pieceBytes: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) await stream.write(bytes.subarray(at, at + pieceBytes));
  stream.end();
}

const openContent = (link: Link, signal = never): AsyncIterable<Uint8Array> =>
  link.open('file-sync', getContent, signal);

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('messages', () => {
  it('arrive in order, those of before the start too', async () => {
    const rig = await linked();
    const got: number[] = [];
    rig.near.tell('keep-alive', beat(0));
    const own = handlers({ message: (_to, message) => void got.push((message as { sequence: number }).sequence) });
    rig.far.start(own);
    rig.near.start(handlers());
    for (let sequence = 1; sequence < 2_000; sequence++) expect(rig.near.tell('keep-alive', beat(sequence))).toBe(true);
    await until('all are there', () => got.length === 2_000);
    expect(got).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
    expect(rig.far.stats().messagesIn).toBe(2_000);
    await rig.close();
  });

  it('that are asked get their own answers, many at once', async () => {
    const rig = await linked();
    start(rig, {
      ask: (_to, _message, answer) => {
        answer.reply(cluster);
        answer.reply(cluster);
      },
    });
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => rig.near.ask('control', getCluster, patienceMs)),
    );
    expect(answers).toHaveLength(500);
    expect(answers[0]).toEqual(cluster);
    await rig.close();
  });

  it('that the peer fails to answer reject with the words of the peer', async () => {
    const rig = await linked();
    start(rig, { ask: (_to, _message, answer) => answer.fail('not ready!', 'x'.repeat(3_000)) });
    await expect(rig.near.ask('control', getCluster, patienceMs)).rejects.toMatchObject({
      code: 'failed',
      remote: true,
    });
    await rig.close();
  });

  it('are counted at both ends while they wait, and no longer', async () => {
    const rig = await linked();
    const answers: (() => void)[] = [];
    start(rig, { ask: (_to, _message, answer) => void answers.push(() => answer.reply(cluster)) });
    const asked = [1, 2].map(() => rig.near.ask('control', getCluster, patienceMs));
    await until('both were asked', () => answers.length === 2);
    expect([rig.near.stats().asks, rig.far.stats().asks]).toEqual([2, 2]);
    for (const answer of answers) answer();
    await Promise.all(asked);
    expect([rig.near.stats().asks, rig.far.stats().asks]).toEqual([0, 0]);
    await rig.close();
  });

  it('that nobody answers reject in time, and a late answer harms nobody', async () => {
    const rig = await linked();
    const answers: (() => void)[] = [];
    start(rig, { ask: (_to, _message, answer) => void answers.push(() => answer.reply(cluster)) });
    await expect(rig.near.ask('control', getCluster, 20)).rejects.toMatchObject({ code: 'timeout' });
    const second = rig.near.ask('control', getCluster, patienceMs);
    await until('both were asked', () => answers.length === 2);
    for (const answer of answers) answer();
    await expect(second).resolves.toEqual(cluster);
    await rig.close();
  });

  it('over the limit of asks are refused at once', async () => {
    const rig = await linked({ limits: { asks: 2 } });
    start(rig, { ask: () => {} });
    const waiting = [rig.near.ask('control', getCluster, patienceMs), rig.near.ask('control', getCluster, patienceMs)];
    const settled = Promise.allSettled(waiting);
    await expect(rig.near.ask('control', getCluster, patienceMs)).rejects.toMatchObject({ code: 'too-many-asks' });
    rig.near.close('shutting-down', 'test over');
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await rig.close();
  });

  it('whose answer cannot be sent can still be refused', async () => {
    const rig = await linked();
    const tooLong: WireMessage = { type: 'cluster', cluster: 'x'.repeat(1_000), nodes: [] };
    start(rig, {
      ask: (_to, _message, answer) => {
        expect(() => answer.reply(tooLong)).toThrow('bug: this reply of');
        answer.fail('unsendable', 'it is too long');
      },
    });
    await expect(rig.near.ask('control', getCluster, patienceMs)).rejects.toMatchObject({ code: 'unsendable' });
    await rig.close();
  });

  it('measure the round trip', async () => {
    const rig = await linked();
    start(rig);
    expect(await rig.near.ping(patienceMs)).toBeGreaterThanOrEqual(0);
    expect(await rig.far.ping(patienceMs)).toBeLessThan(patienceMs);
    await rig.close();
  });
});

describe('a closed link', () => {
  it('has said why to its peer, and fails what waits on both ends at once', async () => {
    const rig = await linked();
    const own = start(rig, { ask: () => {}, open: () => {} });
    const asked = rig.near.ask('control', getCluster, patienceMs);
    const read = readAll(openContent(rig.near));
    const pinged = rig.far.ping(patienceMs);
    const settled = Promise.allSettled([asked, read]);
    await pinged;
    rig.far.close('shutting-down', 'the master stops');
    expect(await own.near.ended).toEqual({ how: 'goodbye', code: 'shutting-down', text: 'the master stops' });
    expect(await own.far.ended).toEqual({ how: 'closed', code: 'shutting-down', text: 'the master stops' });
    for (const one of await settled)
      expect(one).toMatchObject({ status: 'rejected', reason: { name: 'LinkError', code: 'closed' } });
    expect(rig.near.tell('keep-alive', beat(1))).toBe(false);
    await expect(rig.near.ask('control', getCluster, 1)).rejects.toMatchObject({ code: 'closed' });
    await expect(rig.near.ping(1)).rejects.toMatchObject({ code: 'closed' });
    await expect(readAll(openContent(rig.near))).rejects.toMatchObject({ code: 'closed' });
    expect([rig.near.stats().streams, rig.far.stats().streams]).toEqual([0, 0]);
    await rig.close();
  });

  it('delivers what was told before the goodbye', async () => {
    const rig = await linked();
    let got = 0;
    const own = start(rig, { message: () => void got++ });
    for (let sequence = 0; sequence < 1_000; sequence++) rig.near.tell('keep-alive', beat(sequence));
    rig.near.close('shutting-down', 'bye');
    await own.far.ended;
    expect(got).toBe(1_000);
    await rig.close();
  });

  it('tells an owner that starts it late', async () => {
    const rig = await linked();
    rig.near.destroy(new Error('gone early'));
    const own = handlers();
    rig.far.start(own);
    expect(await own.ended).toMatchObject({ how: 'lost' });
    await rig.close();
  });

  it('is not started twice', async () => {
    const rig = await linked();
    rig.near.start(handlers());
    expect(() => rig.near.start(handlers())).toThrow(/bug: the link was started twice/);
    await rig.close();
  });
});

describe('streams', () => {
  it('carry 100 MiB without a wrong byte', async () => {
    const rig = await linked();
    const bytes = randomBytes(1024 * 1024);
    const times = 100;
    start(rig, {
      open: (_to, _message, stream) =>
        void (async () => {
          for (let time = 0; time < times; time++) await stream.write(bytes);
          stream.end();
        })(),
    });
    const expected = createHash('sha256');
    for (let time = 0; time < times; time++) expected.update(bytes);
    const actual = createHash('sha256');
    for await (const chunk of openContent(rig.near)) actual.update(chunk);
    expect(actual.digest('hex')).toBe(expected.digest('hex'));
    expect(rig.near.stats()).toMatchObject({ bulkIn: times * bytes.byteLength, bulkOut: 0, streams: 0 });
    expect(rig.far.stats()).toMatchObject({ bulkIn: 0, bulkOut: times * bytes.byteLength, streams: 0 });
    expect(rig.far.stats().bytesOut).toBeGreaterThan(times * bytes.byteLength);
    await rig.close();
  });

  it('share the link evenly', async () => {
    const rig = await linked();
    start(rig, serving(randomBytes(4 * 1024 * 1024), 300_000));
    const sizes = await Promise.all(
      Array.from({ length: linkLimits.streams }, async () => (await readAll(openContent(rig.near))).byteLength),
    );
    expect(new Set(sizes)).toEqual(new Set([4 * 1024 * 1024]));
    await rig.close();
  });

  it('never run ahead of a slow reader by more than the window', async () => {
    const windowBytes = 128 * 1024;
    const rig = await linked({ limits: { windowBytes } });
    let written = 0;
    start(rig, {
      open: (_to, _message, stream) =>
        void (async () => {
          for (; written < 2_000_000; written += 10_000) await stream.write(Buffer.alloc(10_000));
          stream.end();
        })(),
    });
    let read = 0;
    for await (const chunk of openContent(rig.near)) {
      await rig.near.ping(patienceMs);
      expect(written - read).toBeLessThanOrEqual(windowBytes + 10_000);
      read += chunk.byteLength;
    }
    expect(read).toBe(2_000_000);
    await rig.close();
  });

  it('wait in the queue that the stats show when the peer reads nothing', async () => {
    const rig = await linked();
    expect(rig.near.stats().queuedBytes).toBe(0);
    const before = rig.near.stats().bytesOut;
    rig.near.tell('keep-alive', beat(1));
    const { queuedBytes, bytesOut } = rig.near.stats();
    expect([queuedBytes > 0, queuedBytes]).toEqual([true, bytesOut - before]);
    await rig.close();
  });

  it('do not delay messages', async () => {
    const rig = await linked();
    start(rig, serving(Buffer.alloc(32 * 1024 * 1024), 1024 * 1024));
    const reading = readAll(openContent(rig.near));
    let pings = 0;
    let over = false;
    void reading.then(() => {
      over = true;
    });
    while (!over) {
      await rig.near.ping(patienceMs);
      pings += 1;
    }
    expect(pings).toBeGreaterThan(10);
    await rig.close();
  });

  it('end at the sender when the reader aborts', async () => {
    const rig = await linked();
    const outgoing = deferred<OutgoingStream>();
    start(rig, { open: (_to, _message, stream) => outgoing.resolve(stream) });
    const controller = new AbortController();
    const reading = readAll(openContent(rig.near, controller.signal));
    const stream = await outgoing.promise;
    const writing = stream.write(Buffer.alloc(8 * 1024 * 1024));
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    await expect(writing).rejects.toMatchObject({ code: 'aborted' });
    expect(stream.signal.aborted).toBe(true);
    await expect(stream.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'aborted' });
    stream.end();
    stream.abort('late', 'nobody hears it');
    await rig.near.ping(patienceMs);
    expect([rig.near.stats().streams, rig.far.stats().streams]).toEqual([0, 0]);
    await rig.close();
  });

  it('end at the sender when the reader leaves its loop', async () => {
    const rig = await linked();
    const outgoing = deferred<OutgoingStream>();
    start(rig, {
      open: (_to, _message, stream) => {
        outgoing.resolve(stream);
        void serve(stream, Buffer.alloc(9_000_000), 9_000).catch(() => {});
      },
    });
    for await (const _chunk of openContent(rig.near)) break;
    const { signal } = await outgoing.promise;
    await until('the sender knows', () => signal.aborted);
    expect([rig.near.stats().streams, rig.far.stats().streams]).toEqual([0, 0]);
    await rig.close();
  });

  it('end at the reader when the sender aborts, with its words', async () => {
    const rig = await linked();
    start(rig, { open: (_to, _message, stream) => stream.abort('too-large', 'over the limit') });
    await expect(readAll(rig.near.open('file-sync', getManifest, never))).rejects.toMatchObject({
      code: 'too-large',
      message: 'over the limit',
      remote: true,
    });
    await rig.close();
  });

  it('are not opened with an aborted signal, nor above the limit', async () => {
    const rig = await linked({ limits: { streams: 1 } });
    start(rig, { open: () => {} });
    await expect(readAll(openContent(rig.near, AbortSignal.abort()))).rejects.toMatchObject({ code: 'aborted' });
    const first = readAll(openContent(rig.near));
    await expect(readAll(openContent(rig.near))).rejects.toMatchObject({ code: 'too-many-streams' });
    const closing = expect(first).rejects.toMatchObject({ code: 'closed' });
    rig.near.close('shutting-down', 'bye');
    await closing;
    await rig.close();
  });
});

describe('a bad network', () => {
  async function throughProxy() {
    const proxy = deferred<Awaited<ReturnType<typeof tcpProxy>>>();
    const { masterRig, dialWorker, depsWith, worker } = await import('./rig.ts');
    const { openLink } = await import('../src/index.ts');
    const far = deferred<PausedLink>();
    const rig = await masterRig({ accepted: far.resolve });
    proxy.resolve(await tcpProxy(rig.listening.port));
    const through = await proxy.promise;
    const connection = await dialWorker(through.port);
    const near = await openLink(connection, worker, depsWith());
    const close = async () => {
      connection.destroy();
      await rig.close();
      await through.close();
    };
    return { proxy: through, linked: { rig, near, far: await far.promise, close } };
  }

  it('that drops everything is found by a ping', async () => {
    const { proxy, linked: rig } = await throughProxy();
    const own = start(rig);
    await rig.near.ping(patienceMs);
    proxy.unplug();
    await expect(rig.near.ping(100)).rejects.toMatchObject({ code: 'timeout' });
    rig.near.destroy(new Error('silent'));
    expect(await own.near.ended).toMatchObject({ how: 'closed', text: 'silent' });
    await rig.close();
  });

  it('that cuts in the middle of a frame ends the link on both ends, and the stream with an error', async () => {
    const { proxy, linked: rig } = await throughProxy();
    const own = start(rig, serving(Buffer.alloc(8 * 1024 * 1024), 65_536));
    proxy.cut(1_000_003);
    await expect(readAll(openContent(rig.near))).rejects.toMatchObject({ code: 'closed' });
    expect(await own.near.ended).toMatchObject({ how: 'lost', code: 'lost' });
    expect(await own.far.ended).toMatchObject({ how: 'lost', code: 'lost' });
    await rig.close();
  });

  it('that is slow loses nothing', async () => {
    const { proxy, linked: rig } = await throughProxy();
    const bytes = randomBytes(3_000_000);
    start(rig, serving(bytes, 100_000));
    proxy.delay(5);
    expect((await readAll(openContent(rig.near))).equals(bytes)).toBe(true);
    await rig.close();
  });
});
