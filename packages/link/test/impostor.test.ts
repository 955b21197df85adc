import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { tlsTransport } from '../src/index.ts';
import { temporaryFolder, tls, worker } from './rig.ts';

/** Made for this test alone: the server that shows it knows no secret of any cluster. */
const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsBpE6UUdpAfG63zq
W9NFWVT+W7keQBTcO3+g9CUMzqihRANCAATQRI/4qNvXC42tMojvwbR8BqmlBTaZ
C8/f0hgxcooW8/1oJUrH/7fE7asJsyCxFU/gvLrKAkAEKcfE109bWLU2
-----END PRIVATE KEY-----
`;
const certificate = `-----BEGIN CERTIFICATE-----
MIIBjTCCATOgAwIBAgIUF6fwW/KL9B7uTs92puNXB7VNsiswCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQaW1wb3N0b3IuZXhhbXBsZTAgFw0yNjExMjEyMjQ1MzNaGA8y
MTI2MTAyODIyNDUzM1owGzEZMBcGA1UEAwwQaW1wb3N0b3IuZXhhbXBsZTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABNBEj/io29cLja0yiO/BtHwGqaUFNpkLz9/S
GDFyihbz/WglSsf/t8TtqwmzILEVT+C8usoCQAQpx8TXT1tYtTajUzBRMB0GA1Ud
DgQWBBRTxXzLUMRufacaU5auxrGjZ96kkjAfBgNVHSMEGDAWgBRTxXzLUMRufaca
U5auxrGjZ96kkjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDk
zL4/rC9G0zRBqRAHEePeICxUo3crn4DksA5C9GIqbAIgfatWzRE1lg5rZHm0I/jy
DvAEqSx6Zt4aMpHhtj3wqEI=
-----END CERTIFICATE-----
`;

/** What a worker does, in a process that believes the impostor's certificate as it would one of a public authority. */
const program = `
  const [link, actor, port] = process.argv.slice(1);
  const { linkLimits, tlsTransport } = await import(link);
  const { systemClock: clock } = await import(actor);
  const own = { key: 'k'.repeat(32), cluster: 'alpha', node: 'worker1', role: 'worker' };
  const dial = { host: '127.0.0.1', port: Number(port) };
  const transport = tlsTransport({ ...own, dial, limits: linkLimits, clock });
  const code = await transport.dial(new AbortController().signal).then(() => 'linked', (error) => error.code);
  process.stdout.write(code, () => process.exit());
`;

describe('a server that shows a certificate in place of the key', () => {
  let server: Server;
  const port = (): number => (server.address() as AddressInfo).port;
  beforeAll(async () => {
    server = createServer({ key: privateKey, cert: certificate, minVersion: 'TLSv1.3' }, (socket) => {
      socket.on('error', () => {});
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  it('is no master, and the worker is told what that means', async () => {
    const dialing = tlsTransport(tls(worker, { dial: { host: '127.0.0.1', port: port() } })).dial(
      new AbortController().signal,
    );
    await expect(dialing).rejects.toMatchObject({
      name: 'LinkError',
      code: 'wrong-key',
      message: expect.stringContaining('showed a certificate instead of proving that it has the <key>'),
    });
  });

  it('is no master even where an authority that the machine trusts has signed it', async () => {
    const folder = temporaryFolder();
    const trusted = join(folder.path, 'trusted.pem');
    writeFileSync(trusted, certificate);
    const dist = (name: string): string => join(__dirname, '../..', name, 'dist/index.js');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', program, dist('link'), dist('actor'), `${port()}`],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted } },
    );
    expect(stdout).toBe('wrong-key');
    folder.remove();
  });
});
