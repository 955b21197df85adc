import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { unixSockets } from '../../src/index.ts';
import { type Served, serve } from '../../src/testing/index.ts';
import { cleanUp, forever, newRoot } from '../rig.ts';

const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await cleanUp();
});

const limits = { maxBytes: 1_000_000, timeoutMs: 10_000 };
const sockets = unixSockets();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A server that answers what it is told to, byte by byte. */
async function listen(answer: (socket: Socket) => void): Promise<string> {
  const path = join(newRoot(), 'queue/s');
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  closing.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return path;
}

async function served(body: Uint8Array): Promise<{ framed: string; http: string; served: Served }> {
  const root = newRoot();
  const one = await serve(root, {
    'queue/framed': { handle: (request) => Buffer.concat([Buffer.from('got '), request, body]) },
    'queue/http': {
      http: ({ method, url, body: sent }) => ({
        status: url === '/no' ? 500 : 200,
        body: Buffer.concat([Buffer.from(`${method} ${url} `), sent ?? new Uint8Array(0), body]),
      }),
    },
  });
  closing.push(one.close);
  return { framed: join(root, 'queue/framed'), http: join(root, 'queue/http'), served: one };
}

describe('a framed socket', () => {
  it('answers in one piece or in many', async () => {
    const { framed, served: one } = await served(Buffer.alloc(50_000, 'x'));
    for (const what of ['none', 'split'] as const) {
      one.mishap = () => ({ what });
      const answer = Buffer.from(await sockets.exchange(framed, bytes('hello'), limits, forever)).toString();
      expect([answer.slice(0, 9), answer.length]).toEqual(['got hello', 50_009]);
    }
  });

  it('takes a request of many megabytes, and an empty answer', async () => {
    const path = await listen((socket) => {
      let left = 8 * 1024 * 1024 + 4;
      socket.on('data', (piece) => {
        left -= piece.length;
        if (left === 0) socket.write(Buffer.alloc(4));
      });
    });
    expect((await sockets.exchange(path, new Uint8Array(8 * 1024 * 1024), limits, forever)).length).toBe(0);
  });

  it('reads no more than it was told', async () => {
    const { framed } = await served(Buffer.alloc(2_000));
    await expect(sockets.exchange(framed, bytes(''), { ...limits, maxBytes: 1_000 }, forever)).rejects.toMatchObject({
      code: 'too-large',
    });
    const claims = await listen((socket) => void socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff])));
    await expect(sockets.exchange(claims, bytes('x'), limits, forever)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('names the fault and its cure', async () => {
    const { framed, served: one } = await served(new Uint8Array(0));
    one.mishap = () => ({ what: 'cut', share: 0.5 });
    await expect(sockets.exchange(framed, bytes('x'), limits, forever)).rejects.toMatchObject({
      name: 'SocketError',
      code: 'cut-short',
      path: framed,
      message: expect.stringContaining('look into its log'),
    });
    one.mishap = () => ({ what: 'deaf' });
    await expect(sockets.exchange(framed, bytes('x'), { ...limits, timeoutMs: 20 }, forever)).rejects.toMatchObject({
      code: 'timed-out',
    });
    await expect(sockets.exchange(`${framed}.no`, bytes('x'), limits, forever)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('stops at once when it is told to', async () => {
    const { framed, served: one } = await served(new Uint8Array(0));
    one.mishap = () => ({ what: 'deaf' });
    const abort = new AbortController();
    const asked = sockets.exchange(framed, bytes('x'), limits, abort.signal);
    abort.abort(new Error('stop'));
    await expect(asked).rejects.toThrow('stop');
    await expect(sockets.exchange(framed, bytes('x'), limits, abort.signal)).rejects.toThrow('stop');
  });
});

describe('HTTP over a unix socket', () => {
  it('gets, posts, and tells the status', async () => {
    const { http } = await served(new Uint8Array(0));
    const get = await sockets.http(http, { method: 'GET', url: '/v1' }, limits, forever);
    const post = await sockets.http(http, { method: 'POST', url: '/no', body: bytes('{}') }, limits, forever);
    expect([get.status, Buffer.from(get.body).toString()]).toEqual([200, 'GET /v1 ']);
    expect([post.status, Buffer.from(post.body).toString()]).toEqual([500, 'POST /no {}']);
  });

  it('hands pieces over as they come, each after the one before was taken, and what came before a break', async () => {
    const { http, served: one } = await served(Buffer.alloc(500_000, 'x'));
    let [got, inside] = [0, 0];
    const piece = async (some: Uint8Array): Promise<void> => {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      got += some.length;
      inside -= 1;
    };
    const whole = await sockets.http(http, { method: 'GET', url: '/' }, limits, forever, piece);
    expect([whole.body.length, got]).toEqual([0, 500_006]);
    one.mishap = () => ({ what: 'cut', share: 0.5 });
    got = 0;
    await expect(sockets.http(http, { method: 'GET', url: '/' }, limits, forever, piece)).rejects.toMatchObject({
      code: 'cut-short',
    });
    expect(got).toBeGreaterThan(0);
  });

  it('gives the body of a refusal whole, also where pieces are wanted', async () => {
    const { http } = await served(new Uint8Array(0));
    const answer = await sockets.http(http, { method: 'GET', url: '/no' }, limits, forever, () =>
      Promise.reject(new Error('bug')),
    );
    expect([answer.status, answer.body.length > 0]).toEqual([500, true]);
  });

  it.each([
    ['too much', 'too-large', { what: 'none' }, 1_000],
    ['nothing in time', 'timed-out', { what: 'deaf' }, 1_000_000],
    ['a hang-up', 'cut-short', { what: 'refuse', code: '' }, 1_000_000],
    ['another language', 'bad-answer', { what: 'instead', answer: bytes('220 mail ready\r\n') }, 1_000_000],
    ['nothing at all', 'cut-short', { what: 'instead', answer: new Uint8Array(0) }, 1_000_000],
  ] as const)('names %s as %s', async (_, code, mishap, maxBytes) => {
    const { http, served: one } = await served(Buffer.alloc(100_000));
    one.mishap = () => mishap;
    const timeoutMs = mishap.what === 'deaf' ? 20 : 10_000;
    await expect(
      sockets.http(http, { method: 'GET', url: '/' }, { maxBytes, timeoutMs }, forever),
    ).rejects.toMatchObject({ name: 'SocketError', code });
  });

  it('stops at once when it is told to', async () => {
    const { http, served: one } = await served(new Uint8Array(0));
    one.mishap = () => ({ what: 'deaf' });
    const abort = new AbortController();
    const asked = sockets.http(http, { method: 'GET', url: '/' }, limits, abort.signal);
    abort.abort(new Error('stop'));
    await expect(asked).rejects.toThrow('stop');
  });
});
