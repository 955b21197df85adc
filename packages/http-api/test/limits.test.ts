/** What is too large, too slow, too much or malformed, by the byte. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import fc from 'fast-check';
import { headersFor, openRig, type Rig, type RigMore, reader } from './rig.ts';

let rig: Rig;
const open = async (more: RigMore = {}): Promise<void> => {
  rig = await openRig(more);
};
afterEach(() => rig.close());

/** Sends `parts` and resolves with all that came back when the server ends the connection. */
function raw(...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = createConnection(rig.listening.port, '127.0.0.1');
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    for (const part of parts) socket.write(part);
  });
}

const authorization = `Authorization: ${headersFor(reader).authorization}\r\n`;
const head = (line: string, more = ''): string => `${line}\r\nHost: x\r\n${authorization}${more}\r\n`;
const statusOf = (text: string): string => text.split('\r\n')[0] ?? '';

test('a body that is too large is 413, whether its length is told or not', async () => {
  await open();
  const body = JSON.stringify({ text: 'x'.repeat(2_000) });
  const headers = { 'content-type': 'application/json' };
  const told = await rig.get('/security/user/authenticate', reader, {
    method: 'POST',
    body,
    headers: { ...headers, 'content-length': body.length },
  });
  expect([told.status, told.json.detail]).toEqual([413, expect.stringContaining('http_api.max_body')]);
  const untold = await rig.get('/security/user/authenticate', reader, {
    method: 'POST',
    body,
    headers: { ...headers, 'transfer-encoding': 'chunked' },
  });
  expect(untold.status).toBe(413);
});

test.each([
  ['application/json', '{"a":', 400],
  ['application/json', '{"__proto__":{}}', 400],
  ['application/x-www-form-urlencoded', 'a=b', 415],
  ['text/plain', 'a', 415],
])('a body of %s that is %s is refused', async (type, body, status) => {
  await open();
  const response = await rig.get('/security/user/authenticate', reader, {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
  expect([response.status, response.json.title]).toEqual([status, expect.any(String)]);
});

test('a body is not read before it is known who sends it', async () => {
  await open();
  const text = await raw(`POST /muster/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\nConnection: close\r\n\r\n`);
  expect(statusOf(text)).toBe('HTTP/1.1 401 Unauthorized');
});

test('headers that are too large are 431', async () => {
  await open();
  expect(statusOf(await raw(head('GET /healthz HTTP/1.1', `X-Large: ${'x'.repeat(9_000)}\r\n`)))).toContain('431');
});

test.each([
  ['no HTTP at all', 'hello\r\n\r\n', '400'],
  ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', '400'],
  ['a header without a name', 'GET /healthz HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n', '400'],
  ['two lengths', 'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na', '400'],
  [
    'a length and chunks',
    'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '400',
  ],
  ['an unknown method', 'BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n', '400'],
  ['a length that is no number', 'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', '400'],
])('%s is answered 400 and cut off', async (_what, text, status) => {
  await open();
  expect(statusOf(await raw(text))).toContain(status);
});

test.each(['/%', '/%c0%af', '/cluster/nodes/%zz', '/cluster/%2e%2e%2fetc/info', '//', '/cluster/nodes?%zz=1'])(
  'the address %s harms nothing',
  async (path) => {
    await open();
    const { status } = await rig.get(path);
    expect([200, 400, 404, 414]).toContain(status);
    expect((await rig.get('/healthz', '')).status).toBe(200);
  },
);

test('a part of an address that is too long is 414', async () => {
  await open();
  expect((await rig.get(`/cluster/nodes/${'n'.repeat(200)}`)).status).toBe(414);
});

test('HTTP/1.0 is answered, and the connection ended', async () => {
  await open();
  const text = await raw(`GET /healthz HTTP/1.0\r\n\r\n`);
  expect([statusOf(text), text.includes('Connection: close'), text.endsWith('{"status":"ok"}')]).toEqual([
    'HTTP/1.1 200 OK',
    true,
    true,
  ]);
});

test('requests that follow at once on one connection are answered in their order', async () => {
  await open();
  const text = await raw(
    [
      head('GET /cluster/node HTTP/1.1'),
      head('GET /nowhere HTTP/1.1'),
      head('GET /healthz HTTP/1.1', 'Connection: close\r\n'),
    ].join(''),
  );
  expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code)).toEqual(['200', '404', '200']);
});

test('who sends many requests without waiting for an answer is cut off, and others are answered', async () => {
  await open();
  const text = await raw(head('GET /openapi.json HTTP/1.1').repeat(2_000));
  expect(text.split('HTTP/1.1 200').length - 1).toBeLessThanOrEqual(16);
  expect((await rig.get('/healthz', '')).status).toBe(200);
});

test('a connection is kept for as many requests as come one after the other', async () => {
  await open();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let at = 0; at < 40; at += 1) expect((await rig.get('/cluster/node', reader, { agent })).status).toBe(200);
  agent.destroy();
});

test('who asks too often loses the connection with the refusal', async () => {
  await open({ options: { requestsPerMinute: 2 } });
  const text = await raw(head('GET /cluster/node HTTP/1.1').repeat(10));
  expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code)).toEqual(['200', '200', '429']);
});

test('a request may come byte by byte', async () => {
  await open();
  const text = head('GET /cluster/node HTTP/1.1', 'Connection: close\r\n');
  expect(await raw(...[...text].map((byte) => byte))).toContain('"node":"node01"');
});

test('who is slow with the headers, or with the body, is cut off', async () => {
  await open({ options: { requestTimeoutMs: 1_000 } });
  const [headers, body, silent] = await Promise.all([
    raw('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: '),
    raw(
      head('POST /security/user/authenticate HTTP/1.1', 'Content-Type: application/json\r\nContent-Length: 100\r\n'),
      '{"a":',
    ),
    raw(),
  ]);
  expect(statusOf(headers)).toContain('408');
  expect(statusOf(body)).toMatch(/408|^$/);
  expect(statusOf(silent)).toMatch(/408|^$/);
  expect((await rig.get('/healthz', '')).status).toBe(200);
});

test('connections beyond the limit are closed, and there is room again when others go', async () => {
  await open({ options: { connections: 2 } });
  const held = await Promise.all(
    [0, 1].map(
      () =>
        new Promise<Socket>((resolve) => {
          const socket = createConnection(rig.listening.port, '127.0.0.1', () => {
            socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
            socket.once('data', () => resolve(socket));
          });
        }),
    ),
  );
  expect(await raw(head('GET /healthz HTTP/1.1'))).toBe('');
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('close', resolve).end())));
  expect(statusOf(await raw(head('GET /healthz HTTP/1.1', 'Connection: close\r\n')))).toContain('200');
});

test('bytes of chance harm nothing', async () => {
  await open({ options: { requestTimeoutMs: 1_000 } });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), async (bytes, isHalf) => {
      const text = await raw(
        isHalf ? 'GET /cluster/nodes HTTP/1.1\r\nHost: x\r\n' : '',
        Buffer.from(bytes),
        '\r\n\r\n\r\n\r\n',
      );
      expect(statusOf(text)).toMatch(/^(HTTP\/1\.1 (4\d\d|200) .*)?$/);
    }),
    { numRuns: 40 },
  );
  expect((await rig.get('/healthz', '')).status).toBe(200);
});

describe('TLS', () => {
  test('the certificate that is made is trusted by its own file, for the node, localhost and the address', async () => {
    await open({ options: { tls: 'yes' } });
    expect(rig.listening.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    for (const servername of ['node01', 'localhost'])
      expect((await rig.get('/healthz', '', { servername } as object)).status).toBe(200);
    expect((await rig.get('/cluster/node')).json.data.node).toBe('node01');
    await expect(rig.get('/healthz', '', { servername: 'other.example' } as object)).rejects.toThrow(/altnames/);
    const trusted = readFileSync(`${rig.root}/queue/cluster/muster/http/certificate.pem`, 'utf8');
    expect(trusted).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  test('plain HTTP is not answered there, and nothing of it', async () => {
    await open({ options: { tls: 'yes', requestTimeoutMs: 1_000 } });
    expect(await raw(head('GET /healthz HTTP/1.1'))).not.toContain('HTTP');
  });

  test('who says nothing in the handshake is cut off', async () => {
    await open({ options: { tls: 'yes', requestTimeoutMs: 1_000 } });
    expect(await raw()).toBe('');
  });
});
