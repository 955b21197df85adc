import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { nodeHaproxyPorts, type RuntimeEndpoint } from '@muster/haproxy';
import { scratch } from './scratch.ts';

const { runtime } = nodeHaproxyPorts();
const never = new AbortController().signal;
const limits = { timeoutMs: 20_000, maxBytes: 1_000 };
const folder = scratch();
let count = 0;

/** A server that treats each connection so, while `work` runs. */
async function serving<T>(
  treat: (socket: Socket, line: string) => void,
  work: (endpoint: RuntimeEndpoint, server: Server) => Promise<T>,
): Promise<T> {
  const path = join(folder, `${count++}.sock`);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (line) => treat(socket, line.toString()));
  });
  server.listen(path);
  await once(server, 'listening');
  try {
    return await work({ kind: 'unix', path }, server);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const faultOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('one line to a Runtime API', () => {
  it('gets all that is said until the other side closes, in however many pieces', async () => {
    const pieces = ['Pid: ', '7\n', 'é'.slice(0, 1), '\n'];
    const treat = (socket: Socket, line: string): void => {
      for (const piece of [line, ...pieces]) socket.write(piece);
      socket.end();
    };
    await serving(treat, async (endpoint) => {
      expect(await runtime(endpoint, 'show info', limits, never)).toBe('show info\nPid: 7\né\n');
    });
  });

  it('leaves our half open: HAProxy takes an end for a client that went away', async () => {
    let ended = false;
    const treat = (socket: Socket): void => {
      socket.on('end', () => {
        ended = true;
      });
      setImmediate(() => socket.end(`${ended}\n`));
    };
    await serving(treat, async (endpoint) => expect(await runtime(endpoint, 'x', limits, never)).toBe('false\n'));
  });

  it('may be answered with as many bytes as allowed, and not with one more', async () => {
    await serving(
      (socket) => socket.end('x'.repeat(1_000)),
      async (endpoint) => expect((await runtime(endpoint, 'x', limits, never)).length).toBe(1_000),
    );
    await serving(
      (socket) => socket.write('x'.repeat(1_001)),
      async (endpoint) =>
        expect(await faultOf(runtime(endpoint, 'x', limits, never))).toMatchObject({ code: 'too-large' }),
    );
  });

  it('ends when the time is over, and hangs up', async () => {
    await serving(
      (socket) => socket.write('never more than this\n'),
      async (endpoint, server) => {
        const fault = await faultOf(runtime(endpoint, 'x', { ...limits, timeoutMs: 20 }, never));
        expect(fault).toMatchObject({
          code: 'timed-out',
          message: expect.stringMatching(/\.sock: no whole answer within 20 ms/),
        });
        await new Promise<void>((resolve) => server.close(() => resolve()));
      },
    );
  });

  it('ends when its signal fires, before, during, and not after', async () => {
    const reason = new Error('stop');
    const abort = new AbortController();
    await serving(
      () => abort.abort(reason),
      async (endpoint) => {
        expect(await faultOf(runtime(endpoint, 'x', limits, AbortSignal.abort(reason)))).toBe(reason);
        expect(await faultOf(runtime(endpoint, 'x', limits, abort.signal))).toBe(reason);
      },
    );
    const late = new AbortController();
    await serving(
      (socket) => socket.end('said\n'),
      async (endpoint) => {
        expect(await runtime(endpoint, 'x', limits, late.signal)).toBe('said\n');
        late.abort(reason);
      },
    );
  });

  it('says that nobody is there', async () => {
    const path = join(folder, 'none.sock');
    expect(await faultOf(runtime({ kind: 'unix', path }, 'x', limits, never))).toMatchObject({
      code: 'unreachable',
      endpoint: path,
      message: expect.stringMatching(/no such socket.*`stats socket`/),
    });
    const tcp: RuntimeEndpoint = { kind: 'tcp', host: '127.0.0.1', port: 1 };
    expect(await faultOf(runtime(tcp, 'x', limits, never))).toMatchObject({
      code: 'unreachable',
      message: 'tcp://127.0.0.1:1: nobody listens there; is HAProxy running?',
    });
    const unknown: RuntimeEndpoint = { kind: 'tcp', host: 'nobody.invalid', port: 1 };
    expect(await faultOf(runtime(unknown, 'x', limits, never))).toMatchObject({ code: 'unreachable' });
  });

  it('says that the socket may not be used', async () => {
    if (process.getuid?.() === 0) return;
    await serving(
      (socket) => socket.end('x\n'),
      async (endpoint) => {
        if (endpoint.kind === 'unix') chmodSync(endpoint.path, 0);
        expect(await faultOf(runtime(endpoint, 'x', limits, never))).toMatchObject({ code: 'refused' });
      },
    );
  });

  it('says that it was cut', async () => {
    await serving(
      (socket) => socket.destroy(),
      async (endpoint) =>
        expect(['', 'unreachable']).toContain(
          await runtime(endpoint, 'x', limits, never).catch((error: { code: string }) => error.code),
        ),
    );
  });

  it('may hold a port that is none, without a crash', async () => {
    const endpoint: RuntimeEndpoint = { kind: 'tcp', host: '127.0.0.1', port: 70_000 };
    expect(await faultOf(runtime(endpoint, 'x', limits, never))).toMatchObject({
      code: 'bad-name',
      message: 'tcp://127.0.0.1:70000: it cannot be asked (ERR_SOCKET_BAD_PORT)',
    });
  });
});
