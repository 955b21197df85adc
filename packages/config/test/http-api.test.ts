import { isLoopback } from '@muster/config';
import { errorOf, loadMuster } from './ossec.ts';

const api = (options: string): ReturnType<typeof loadMuster> => loadMuster(`http_api: {enabled: yes, ${options}}`);

test('without a word the API is off, on loopback, with TLS, beside the port of the manager', async () => {
  const { muster } = await loadMuster('');
  expect(muster.httpApi).toEqual({
    enabled: false,
    address: '127.0.0.1',
    port: 55_100,
    tls: 'yes',
    certificate: undefined,
    key: undefined,
    usersFile: undefined,
    requestsPerMinute: 300,
    maxBodyBytes: 65_536,
    requestTimeoutMs: 10_000,
    connections: 256,
    eventStreams: 16,
    tokenLifetimeMs: 900_000,
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['localhost', true],
  ['127.0.0.1.example', false],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
])('%s is loopback: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

test('plain HTTP is for a loopback address, and the fault names the three ways out', async () => {
  expect((await api("tls: 'no'")).muster.httpApi.tls).toBe('no');
  const { faults } = await errorOf(api("tls: 'no', address: 0.0.0.0"));
  expect(faults).toMatchObject([
    { option: 'http_api.tls', line: 1, cure: expect.stringContaining('tls: yes, or the address 127.0.0.1') },
  ]);
});

test('plain HTTP for others must be forced, and is warned of', async () => {
  const { warnings } = await api('tls: forced-off, address: 0.0.0.0');
  expect(warnings).toEqual([expect.stringContaining('can read the passwords and tokens')]);
  expect((await api('tls: forced-off')).warnings).toEqual([]);
});

test('a certificate comes with its key', async () => {
  const { faults } = await errorOf(api('certificate: /etc/ssl/api.pem'));
  expect(faults).toMatchObject([{ text: 'http_api.certificate is given, and http_api.key is not' }]);
  const { muster } = await api('certificate: /etc/ssl/api.pem, key: /etc/ssl/api.key');
  expect(muster.httpApi).toMatchObject({ certificate: '/etc/ssl/api.pem', key: '/etc/ssl/api.key' });
});

test('a certificate that nothing uses is warned of', async () => {
  const { warnings } = await api("tls: 'no', certificate: /a, key: /b");
  expect(warnings).toEqual(['http_api.certificate has no effect: http_api.tls is not yes.']);
});

test('what is wrong with an API that is off stops nobody', async () => {
  const { warnings } = await loadMuster("http_api: {tls: 'no', address: 0.0.0.0, key: /b}");
  expect(warnings).toEqual([]);
});
