import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHaproxyPorts, openDataplaneDriver, openReconnectClient, type TlsFiles } from '@muster/haproxy';
import {
  type DataplaneDouble,
  dataplaneDouble,
  makeCertificates,
  type TestCertificates,
} from '@muster/haproxy/testing';
import { managerApiDouble } from '../../src/testing/manager-api-double.ts';
import { whenHaproxy } from '../real/when-haproxy.ts';
import { backend, faultOf, never } from './rig.ts';

whenHaproxy('over https', () => {
  let folder: string;
  let files: TestCertificates;
  let double: DataplaneDouble;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-dataplane-'));
    files = makeCertificates(folder);
    const [key, cert, ca] = [files.server.key, files.server.cert, files.ca].map((path) => readFileSync(path));
    double = await dataplaneDouble({
      version: '3.4',
      tls: { key, cert, ca, requestCert: true, rejectUnauthorized: true },
    });
  });
  afterAll(async () => {
    await double.close();
    await rm(folder, { recursive: true });
  });

  const instance = (tls: TlsFiles, protocol: 'http' | 'https' = 'https') => {
    const { port, user, password } = double;
    const endpoint = { protocol, host: '127.0.0.1', port, tls };
    return openDataplaneDriver({ endpoint, user, password, backend, agentPort: 1514 }, nodeHaproxyPorts()).instance(
      never,
    );
  };

  test('a client certificate with a key under a password is shown, and the other side is verified', async () => {
    const { cert, lockedKey, password } = files.client;
    expect((await instance({ ca: files.ca, cert, key: lockedKey, password })).pid).toBe(100);
  });

  test('a wrong authority, certificate, password or protocol is told apart from nobody there, without the password', async () => {
    const { cert, key, lockedKey } = files.client;
    const wrong: readonly TlsFiles[] = [
      { ca: files.stranger.ca, cert, key },
      { ca: files.ca, cert, key: lockedKey, password: 'never-this-one' },
      { ca: files.ca, cert: join(folder, 'nothing.pem'), key },
    ];
    for (const tls of wrong) {
      const fault = await faultOf(instance(tls));
      expect(fault.code).toBe('refused');
      expect(fault.text).not.toContain('never-this-one');
    }
    // How the other side says no to our certificate is its own affair: an alert, or the end of the connection.
    const stranger = { ca: files.ca, cert: files.stranger.cert, key: files.stranger.key };
    expect(['refused', 'unreachable']).toContain((await faultOf(instance(stranger))).code);
    expect(['unreachable', 'bad-answer']).toContain((await faultOf(instance({}, 'http'))).code);
  });

  test('the manager is asked over https too', async () => {
    const [key, cert] = [files.server.key, files.server.cert].map((path) => readFileSync(path));
    const manager = await managerApiDouble({ key, cert });
    const { user, password, port } = manager;
    const url = `https://127.0.0.1:${port}`;
    const ports = nodeHaproxyPorts();
    expect(
      await openReconnectClient({ url, user, password, tls: { ca: files.ca } }, ports).reconnect([1, 2], never),
    ).toBe(2);
    expect((await faultOf(openReconnectClient({ url, user, password }, ports).reconnect([1], never))).code).toBe(
      'refused',
    );
    await manager.close();
  });
});
