import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createRawServer, type Socket } from 'node:net';
import { type HttpEndpoint, type HttpRequest, nodeHaproxyPorts } from '@muster/haproxy';

const { http } = nodeHaproxyPorts();
const never = new AbortController().signal;
const limits = { timeoutMs: 20_000, maxBytes: 1_000 };
const get: HttpRequest = { method: 'GET', path: '/v3/info?a=b%20c', headers: { authorization: 'Basic eA==' } };

async function serving<T>(treat: RequestListener, work: (endpoint: HttpEndpoint) => Promise<T>): Promise<T> {
  const server = createServer(treat);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as { port: number };
    return await work({ protocol: 'http', host: '127.0.0.1', port });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Who answers with these bytes, and closes. */
async function saying<T>(bytes: string, work: (endpoint: HttpEndpoint) => Promise<T>): Promise<T> {
  const server = createRawServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return work({ protocol: 'http', host: '127.0.0.1', port }).finally(() => server.close());
}

const faultOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('a request to a Data Plane API', () => {
  it('has the method, path, headers and body that were given', async () => {
    const treat: RequestListener = async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      const { method, url, headers } = request;
      response.setHeader('Configuration-Version', '7');
      response.setHeader('Set-Cookie', ['a', 'b']);
      response.statusCode = 201;
      const { authorization, 'content-length': length } = headers;
      response.end(JSON.stringify({ method, url, authorization, length, body }));
    };
    await serving(treat, async (endpoint) => {
      const { status, headers, body } = await http(endpoint, { ...get, method: 'POST', body: '"é"' }, limits, never);
      expect([status, headers['configuration-version'], headers['set-cookie']]).toEqual([201, '7', 'a, b']);
      const expected = { method: 'POST', url: get.path, authorization: 'Basic eA==', length: '4', body: '"é"' };
      expect(JSON.parse(body)).toEqual(expected);
    });
  });

  it.each([204, 301, 401, 409, 500, 503])('has %i as an answer like any other, and follows nothing', async (status) => {
    let asked = 0;
    const treat: RequestListener = (_request, response) => {
      asked++;
      response.writeHead(status, { location: '/elsewhere' }).end();
    };
    await serving(treat, async (endpoint) => {
      expect((await http(endpoint, get, limits, never)).status).toBe(status);
      expect(asked).toBe(1);
    });
  });

  it('is ended by too many bytes, by time, and by its signal', async () => {
    const endless: RequestListener = (_request, response) => void response.write('x'.repeat(1_001));
    await serving(endless, async (endpoint) =>
      expect(await faultOf(http(endpoint, get, limits, never))).toMatchObject({ code: 'too-large' }),
    );
    await serving(
      () => {},
      async (endpoint) => {
        const short = { ...limits, timeoutMs: 20 };
        expect(await faultOf(http(endpoint, get, short, never))).toMatchObject({ code: 'timed-out' });
        const reason = new Error('stop');
        expect(await faultOf(http(endpoint, get, limits, AbortSignal.abort(reason)))).toBe(reason);
        const abort = new AbortController();
        const asked = http(endpoint, get, limits, abort.signal);
        abort.abort(reason);
        expect(await faultOf(asked)).toBe(reason);
      },
    );
  });

  it.each([
    ['nothing', '', 'unreachable'],
    ['no HTTP', 'Unknown command\n\n', 'bad-answer'],
    ['a body that ends early', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', 'unreachable'],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}\r\n`, 'bad-answer'],
  ])('fails when it is answered with %s', async (_what, bytes, code) => {
    await saying(bytes, async (endpoint) =>
      expect(await faultOf(http(endpoint, get, limits, never))).toMatchObject({ code }),
    );
  });

  it('cannot have a header that makes another one', async () => {
    const bad = { ...get, headers: { authorization: 'x\r\ny: z' } };
    await serving(
      (_request, response) => response.end(),
      async (endpoint) => expect(await faultOf(http(endpoint, bad, limits, never))).toMatchObject({ code: 'bad-name' }),
    );
  });

  it('says that nobody is there', async () => {
    const endpoint: HttpEndpoint = { protocol: 'http', host: '127.0.0.1', port: 1 };
    expect(await faultOf(http(endpoint, get, limits, never))).toMatchObject({
      code: 'unreachable',
      endpoint: 'http://127.0.0.1:1',
    });
  });
});
