import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { makeCertificate, servesStill } from '../src/tls/certificate.ts';
import { givenCertificate, ownCertificate, tokenKey } from '../src/tls/tls-files.ts';

const dayMs = 86_400_000;
const wallMs = Date.UTC(2026, 10, 22);
const wish = (more: object = {}) => ({
  ...{ node: 'worker_1', names: ['localhost', '127.0.0.1', '::1', 'fe80::1%eth0', '::ffff:10.0.0.1'], wallMs },
  ...{ serial: Buffer.alloc(16, 0xff) },
  ...more,
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a certificate is of P-256, for the names and addresses, for 825 days in all, and signed by its own key', async () => {
  const { certificate, key } = await makeCertificate(wish());
  const read = new X509Certificate(certificate);
  expect(read.subject).toBe('CN=worker_1');
  expect(read.subjectAltName?.split(', ')).toEqual([
    ...['DNS:worker_1', 'DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1'],
    ...['IP Address:FE80:0:0:0:0:0:0:1', 'IP Address:0:0:0:0:0:FFFF:A00:1'],
  ]);
  expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect((Date.parse(read.validTo) - Date.parse(read.validFrom)) / dayMs).toBe(825);
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(read.serialNumber).toBe(`01${'FF'.repeat(16)}`);
});

test('the years after 2049 have their own form of time', async () => {
  const read = new X509Certificate((await makeCertificate(wish({ wallMs: Date.UTC(2050, 0, 1) }))).certificate);
  expect(read.validFrom).toContain('2049');
  expect(read.validTo).toContain('2052');
});

test('any serial number makes a certificate that can be read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 16 }), async (serial) => {
      const read = new X509Certificate((await makeCertificate(wish({ serial: Buffer.from(serial) }))).certificate);
      expect(read.verify(read.publicKey)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('any address that there is stands in the certificate as it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.ipV4(), fc.ipV6()), async (address) => {
      const read = new X509Certificate((await makeCertificate(wish({ names: [address] }))).certificate);
      expect(read.checkIP(address)).toBe(address);
    }),
    { numRuns: 50 },
  );
});

test.each(['300.1.1.1', '1:2', '::1::', ':::', '1:2:3:4:5:6:7:8:9', '12345::', 'a b', ''])(
  '%j is neither name nor address, and is left out',
  async (name) => {
    const read = new X509Certificate((await makeCertificate(wish({ names: [name] }))).certificate);
    expect(read.subjectAltName?.split(', ').filter((each) => each !== `DNS:${name}`)).toEqual(['DNS:worker_1']);
  },
);

test.each([
  ['on its first day', 0, true],
  ['31 days before its end', 824 - 31, true],
  ['30 days before its end', 824 - 30, false],
  ['when the clock was set back', -3, false],
])('%s a certificate serves still: %s', async (_when, days, expected) => {
  const pems = await makeCertificate(wish());
  expect(servesStill(pems, wish({ wallMs: wallMs + (days as number) * dayMs }), createPrivateKey)).toBe(expected);
});

test('it serves no more when the node has another name or address, or the key is another', async () => {
  const pems = await makeCertificate(wish());
  expect(servesStill(pems, wish({ node: 'worker_2' }), createPrivateKey)).toBe(false);
  expect(servesStill(pems, wish({ names: ['10.0.0.9'] }), createPrivateKey)).toBe(false);
  expect(servesStill({ ...pems, key: (await makeCertificate(wish())).key }, wish(), createPrivateKey)).toBe(false);
  expect(servesStill({ ...pems, certificate: 'none' }, wish(), createPrivateKey)).toBe(false);
});

const own = (now: number = wallMs) => ({
  folder: join(folder, 'http'),
  node: 'node01',
  address: '127.0.0.1',
  wallNow: () => now,
});

test('a certificate is made at the first start, kept with 0600, and made anew before it ends', async () => {
  const first = await ownCertificate(own());
  expect(first.made).toBe(true);
  for (const name of ['key.pem', 'certificate.pem'])
    expect(statSync(join(folder, 'http', name)).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'http')).mode & 0o777).toBe(0o700);
  expect(await ownCertificate(own())).toEqual({ ...first, made: false });
  expect((await ownCertificate(own(wallMs + 800 * dayMs))).certificate).not.toBe(first.certificate);
});

test('one that broke is made anew', async () => {
  const first = await ownCertificate(own());
  writeFileSync(join(folder, 'http/key.pem'), 'half');
  expect((await ownCertificate(own())).key).not.toBe(first.key);
});

test('the key of tokens is made once, and anew when others could have read it', async () => {
  const files = { folder: join(folder, 'http') };
  const first = Buffer.from(await tokenKey(files));
  expect(first).toHaveLength(32);
  expect(Buffer.from(await tokenKey(files))).toEqual(first);
  const path = join(folder, 'http/token.key');
  rmSync(path);
  writeFileSync(path, randomBytes(32), { mode: 0o644 });
  const next = Buffer.from(await tokenKey(files));
  expect(next).toEqual(readFileSync(path));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a key that cannot be written is said with its path and the cure', async () => {
  mkdirSync(join(folder, 'http/token.key.new'), { recursive: true });
  await expect(tokenKey({ folder: join(folder, 'http') })).rejects.toThrow(
    /cannot write .*http\/token\.key: EISDIR\. Make room there/,
  );
});

describe('a certificate that is given', () => {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test('is used with its key', async () => {
    const pems = await makeCertificate(wish());
    expect(await givenCertificate({ certificate: write('c', pems.certificate), key: write('k', pems.key) })).toEqual(
      pems,
    );
  });

  test.each([
    ['cannot be read', () => ({ certificate: join(folder, 'none'), key: join(folder, 'none') }), /ENOENT/],
    ['is none', () => ({ certificate: write('c', 'x'), key: write('k', 'y') }), /no PEM file/],
    [
      'has another key',
      async () => ({
        certificate: write('c', (await makeCertificate(wish())).certificate),
        key: write('k', (await makeCertificate(wish())).key),
      }),
      /is not the key of/,
    ],
  ])('and %s is a fault that names the options', async (_what, paths, words) => {
    await expect(givenCertificate(await paths())).rejects.toThrow(words);
    await expect(givenCertificate(await paths())).rejects.toThrow('http_api.');
  });
});

test('a key that others could have read is made anew, with its certificate', async () => {
  const files = { folder, node: 'worker1', address: '127.0.0.1', wallNow: () => wallMs };
  const first = await ownCertificate(files);
  chmodSync(join(folder, 'key.pem'), 0o644);
  const second = await ownCertificate(files);
  expect([second.made, second.key === first.key]).toEqual([true, false]);
  expect(statSync(join(folder, 'key.pem')).mode & 0o777).toBe(0o600);
  expect((await ownCertificate(files)).made).toBe(false);
});
