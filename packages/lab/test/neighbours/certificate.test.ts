import { createPublicKey, X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { selfSigned } from '../../src/neighbours/certificate.ts';

describe('the certificate of a listener', () => {
  it('is what OpenSSL reads: signed by its own key, for its name, for now', async () => {
    const { key, cert } = await selfSigned('worker1');
    const read = new X509Certificate(cert);
    expect(read.verify(createPublicKey(key))).toBe(true);
    expect([read.subject, read.issuer]).toEqual(['CN=worker1', 'CN=worker1']);
    expect(Date.parse(read.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(read.validTo)).toBeGreaterThan(Date.now() + 2 * 365 * 86_400_000);
  });

  it('is another each time', async () => {
    expect(new X509Certificate((await selfSigned('a')).cert).serialNumber).not.toBe(
      new X509Certificate((await selfSigned('a')).cert).serialNumber,
    );
  });

  it('serves a client that trusts it and checks its name', async () => {
    const certificate = await selfSigned('worker1');
    const server = createServer(certificate, (socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const socket = connect({ host: '127.0.0.1', port, ca: certificate.cert, servername: 'worker1' });
    const text = await new Promise<string>((resolve, reject) => {
      socket.once('data', (bytes) => resolve(bytes.toString()));
      socket.once('error', reject);
    });
    expect(text).toBe('hello');
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(['', 'ü', 'x'.repeat(65)])('is not made for %j', async (name) => {
    await expect(selfSigned(name)).rejects.toThrow('1 to 64 ASCII');
  });
});
