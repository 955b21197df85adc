/** The runtime driver on the real HAProxy: over a unix socket, over TCP, and over TLS with client certificates. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeEndpoint } from '@muster/haproxy';
import { driverCompliance, makeCertificates, type RealHaproxyOptions } from '@muster/haproxy/testing';
import { openRealStage, tcpOf, unixOf } from './stage.ts';
import { whenHaproxy } from './when-haproxy.ts';

const framework = {
  describe: (title: string, body: () => void) => void describe(title, body),
  it: (title: string, body: () => Promise<void>) => void it(title, body),
  equal: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
};

whenHaproxy('the real HAProxy', () => {
  driverCompliance('the Runtime API over a unix socket', framework, () => openRealStage(unixOf));
  driverCompliance('the Runtime API over TCP', framework, () => openRealStage(tcpOf));

  describe('behind a TLS frontend with client certificates', () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-pem-'));
    const pem = makeCertificates(folder);
    afterAll(() => rmSync(folder, { recursive: true }));
    const frontend: RealHaproxyOptions = {
      sections: ({ folder: at, ports }) => `
frontend runtime_api
    bind 127.0.0.1:${ports[0]} ssl crt ${pem.server.both} ca-file ${pem.ca} verify required
    default_backend runtime_api
backend runtime_api
    server runtime unix@${join(at, 'admin.sock')}
`,
    };
    const { cert, lockedKey, password } = pem.client;
    const endpoint = (port: number): RuntimeEndpoint => ({
      kind: 'tls',
      host: '127.0.0.1',
      port,
      tls: { ca: pem.ca, cert, key: lockedKey, password },
    });
    driverCompliance('the Runtime API', framework, () => openRealStage(({ ports }) => endpoint(ports[0]!), frontend));
  });
});
