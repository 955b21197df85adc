/** What a TLS frontend in front of the Runtime API lets in, and what is said of the rest; https the same way. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHaproxyPorts, type TlsFiles } from '@muster/haproxy';
import { makeCertificates, openRealHaproxy, type RealHaproxy, type TestCertificates } from '@muster/haproxy/testing';
import { whenHaproxy } from './when-haproxy.ts';

const { runtime, http } = nodeHaproxyPorts();
const never = new AbortController().signal;
const limits = { timeoutMs: 20_000, maxBytes: 100_000 };

/** Which files, what comes of it, and what the text says. */
const cases = (pem: TestCertificates): readonly (readonly [string, TlsFiles, string, RegExp])[] => {
  const { ca, client, stranger } = pem;
  const { cert, key, lockedKey, password } = client;
  return [
    ['a certificate of its authority', { ca, cert, key }, 'in', /./],
    ['a key under a password', { ca, cert, key: lockedKey, password }, 'in', /./],
    ['no certificate', { ca }, 'refused', /refuses our certificate.*`cert` and `key`/],
    [
      'a certificate of another authority',
      { ca, cert: stranger.cert, key: stranger.key },
      'refused',
      /refuses our certificate/,
    ],
    ['another authority for it', { ca: stranger.ca, cert, key }, 'refused', /its certificate is not trusted.*`ca`/],
    ['the system’s authorities for it', { cert, key }, 'refused', /its certificate is not trusted/],
    [
      'the wrong password',
      { ca, cert, key: lockedKey, password: 'wrong-secret' },
      'refused',
      /cannot be used.*password/,
    ],
    ['no password', { ca, cert, key: lockedKey }, 'refused', /cannot be used.*password/],
    ['the key of another certificate', { ca, cert, key: stranger.key }, 'refused', /cannot be used/],
    [
      'a file that is not there',
      { ca: '/none/ca.pem', cert, key },
      'refused',
      /\/none\/ca\.pem cannot be read \(ENOENT\)/,
    ],
    ['a file that is no certificate', { ca, cert: '/etc/hostname', key }, 'refused', /cannot be used/],
  ];
};

whenHaproxy('a TLS frontend that wants client certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-pem-'));
  const pem = makeCertificates(folder);
  let haproxy: RealHaproxy;
  beforeAll(async () => {
    const sections = (at: { folder: string; ports: readonly number[] }) => `
frontend runtime_api
    bind 127.0.0.1:${at.ports[0]} ssl crt ${pem.server.both} ca-file ${pem.ca} verify required
    default_backend runtime_api
backend runtime_api
    server runtime unix@${at.folder}/admin.sock
`;
    haproxy = await openRealHaproxy({ sections });
  });
  afterAll(async () => {
    await haproxy.close();
    rmSync(folder, { recursive: true });
  });

  it.each(cases(pem))('is met with %s', async (_what, tls, outcome, text) => {
    const endpoint = { kind: 'tls', host: '127.0.0.1', port: haproxy.ports[0]!, tls } as const;
    const met = await runtime(endpoint, 'show info', limits, never).then(
      (answer) => ({ code: 'in', message: answer }),
      (fault: { code: string; message: string }) => fault,
    );
    expect(met).toMatchObject({ code: outcome, message: expect.stringMatching(text) });
    expect(met.message).not.toContain('wrong-secret');
  });

  it('is not asked without TLS, nor somebody without TLS with it', async () => {
    const plain = { kind: 'tcp', host: '127.0.0.1', port: haproxy.ports[0]! } as const;
    await expect(runtime(plain, 'show info', limits, never)).resolves.not.toContain('HAProxy');
    const tls = { kind: 'tls', host: '127.0.0.1', port: haproxy.runtimePort, tls: { ca: pem.ca } } as const;
    await expect(runtime(tls, 'show info', limits, never)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:refused|unreachable)$/),
      message: expect.stringMatching(/speak TLS/),
    });
  });

  it('must have the host’s name in its certificate', async () => {
    const { ca, client } = pem;
    const tls = { ca, cert: client.cert, key: client.key };
    const at = (host: string) => ({ kind: 'tls', host, port: haproxy.ports[0]!, tls }) as const;
    await expect(runtime(at('localhost'), 'show info', limits, never)).resolves.toContain('Name: HAProxy');
    await expect(runtime(at('127.0.0.2'), 'show info', limits, never)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:refused|unreachable)$/),
    });
  });

  it.each(cases(pem))('is the same over https, met with %s', async (_what, tls, outcome, text) => {
    const read = (path: string) => readFileSync(path);
    const server = createServer(
      { cert: read(pem.server.cert), key: read(pem.server.key), ca: read(pem.ca), requestCert: true },
      (_request, response) => response.end('in'),
    );
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const request = { method: 'GET', path: '/', headers: {} } as const;
    const met = await http({ protocol: 'https', host: '127.0.0.1', port, tls }, request, limits, never).then(
      ({ body }) => ({ code: body, message: body }),
      (fault: { code: string; message: string }) => fault,
    );
    server.closeAllConnections();
    server.close();
    // Node hangs up on who shows no good certificate, and does not say why.
    const reason = met.code === 'unreachable' ? /trust our certificate/ : text;
    expect(met).toMatchObject({ message: expect.stringMatching(reason) });
    expect(met.code === 'in').toBe(outcome === 'in');
  });
});
