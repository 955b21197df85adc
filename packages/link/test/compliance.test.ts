import { writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tlsTransport, unixTransport } from '../src/index.ts';
import { type Subject, transportCompliance } from '../src/testing/index.ts';
import { master, temporaryFolder, tls, worker } from './rig.ts';

const tlsSubject = (): Subject => ({
  listener: tlsTransport(tls(master, { listen: { bindAddr: '127.0.0.1', port: 0 } })),
  dialer: ({ port }) => tlsTransport(tls(worker, { dial: { host: '127.0.0.1', port } })),
});

const unixSubject = (): Subject => {
  const folder = temporaryFolder();
  const transport = unixTransport({ path: join(folder.path, 'muster.sock') });
  return { listener: transport, dialer: () => transport, dispose: folder.remove };
};

describe('the TLS transport', () => {
  const cases = transportCompliance(tlsSubject, ({ port }) =>
    tlsTransport(tls(master, { listen: { bindAddr: '127.0.0.1', port } })),
  );
  it.each(cases.map((one) => [one.title, one] as const))('%s', (_, { run }) => run());
});

describe('the unix transport', () => {
  const cases = transportCompliance(unixSubject, ({ address }) => unixTransport({ path: address }));
  it.each(cases.map((one) => [one.title, one] as const))('%s', (_, { run }) => run());

  it('gives the socket its mode', async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, 's');
    const listening = await unixTransport({ path, mode: 0o600 }).listen({ connection: () => {}, rejected: () => {} });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await listening.close();
    folder.remove();
  });

  it('does not replace a file that is no socket', async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, 's');
    writeFileSync(path, 'precious');
    const listening = unixTransport({ path }).listen({ connection: () => {}, rejected: () => {} });
    await expect(listening).rejects.toMatchObject({ code: 'in-use', message: expect.stringContaining('no socket') });
    folder.remove();
  });

  it('refuses a path that is longer than a socket address', async () => {
    const listening = unixTransport({ path: `/${'x'.repeat(107)}` }).listen({
      connection: () => {},
      rejected: () => {},
    });
    await expect(listening).rejects.toMatchObject({ code: 'bad-option' });
  });
});
