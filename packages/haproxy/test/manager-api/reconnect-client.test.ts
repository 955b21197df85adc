import { HaproxyError, nodeHaproxyPorts, openReconnectClient, type ReconnectSettings } from '@muster/haproxy';
import { type ManagerApiDouble, managerApiDouble } from '@muster/haproxy/testing';
import { base64, faultOf, never } from '../dataplane/rig.ts';

let double: ManagerApiDouble;
beforeEach(async () => {
  double = await managerApiDouble();
});
afterEach(() => double.close());

const open = (settings: Partial<ReconnectSettings> = {}) => {
  const { port, user, password } = double;
  const url = `http://127.0.0.1:${port}`;
  return openReconnectClient({ url, user, password, ...settings }, nodeHaproxyPorts());
};
const signIn = 'POST /security/user/authenticate';
const order = 'PUT /agents/reconnect';

test('agents are asked by their ids of three digits and more, with a token that is kept', async () => {
  const client = open();
  expect(client.endpoint).toBe(`http://127.0.0.1:${double.port}`);
  expect(await client.reconnect([1, 22, 1234], never)).toBe(3);
  expect(await client.reconnect([7], never)).toBe(1);
  expect(double.asked).toEqual([['001', '022', '1234'], ['007']]);
  expect(double.requests).toEqual([`${signIn} 200`, `${order} 200`, `${order} 200`]);
});

test('nobody to ask is no request', async () => {
  expect(await open().reconnect([], never)).toBe(0);
  expect(double.requests).toEqual([]);
});

test('many are asked 500 at a time, and those that are away are not counted', async () => {
  double.away.add('003').add('1100');
  const ids = Array.from({ length: 1_200 }, (_, index) => index + 1);
  expect(await open().reconnect(ids, never)).toBe(1_198);
  expect(double.asked.map((each) => each.length)).toEqual([500, 500, 200]);
});

test('a token that is refused is renewed, once', async () => {
  const client = open();
  await client.reconnect([1], never);
  double.expire();
  double.requests.length = 0;
  expect(await client.reconnect([2], never)).toBe(1);
  expect(double.requests).toEqual([`${order} 401`, `${signIn} 200`, `${order} 200`]);
  double.requests.length = 0;
  double.instead.push({ status: 401, body: '' }, { status: 200, body: 'abc' }, { status: 401, body: '' });
  expect((await faultOf(client.reconnect([2], never))).code).toBe('refused');
  expect(double.requests).toHaveLength(3);
  expect(await client.reconnect([2], never)).toBe(1);
});

test('a wrong password is told, and is not in the text', async () => {
  const fault = await faultOf(open({ password: 'not-this' }).reconnect([1], never));
  expect(fault.code).toBe('refused');
  expect(fault.text).toContain('signing in');
  expect(fault.text).not.toContain('not-this');
  expect(fault.text).not.toContain(base64('muster:not-this'));
});

test.each([
  ['a page instead of a token', [{ status: 200, body: '<html>' }], 'bad-answer'],
  ['a token that would end the header', [{ status: 200, body: 'a\r\nhost: b' }], 'bad-answer'],
  ['no token', [{ status: 200, body: '' }], 'bad-answer'],
  [
    'a page instead of the list',
    [
      { status: 200, body: 'abc' },
      { status: 200, body: '<html>' },
    ],
    'bad-answer',
  ],
  [
    'another shape',
    [
      { status: 200, body: 'abc' },
      { status: 200, body: '{"data":[]}' },
    ],
    'bad-answer',
  ],
  [
    'too many requests',
    [
      { status: 200, body: 'abc' },
      { status: 429, body: '{"detail":"limit"}' },
    ],
    'failed',
  ],
  [
    'no right to',
    [
      { status: 200, body: 'abc' },
      { status: 403, body: '{"detail":"denied"}' },
    ],
    'refused',
  ],
  ['a failure', [{ status: 500, body: '' }], 'failed'],
])('%s is a clear error, and the next call begins anew', async (_, answers, code) => {
  const client = open();
  double.instead.push(...answers);
  expect((await faultOf(client.reconnect([1], never))).code).toBe(code);
  expect(await client.reconnect([1], never)).toBe(1);
});

test('neither password nor token that the manager repeats is in the error', async () => {
  const client = open();
  const token = 'eyJhbGciOi.J9-x_y.z';
  double.instead.push({ status: 200, body: token }, { status: 500, body: `Bearer ${token} ${double.password}` });
  const { text } = await faultOf(client.reconnect([1], never));
  expect(text).toContain('***');
  expect(text).not.toContain(token);
  expect(text).not.toContain(double.password);
});

test.each([0, -1, 1.5, Number.NaN])('the id %d is no agent that can be asked', async (id) => {
  expect((await faultOf(open().reconnect([1, id], never))).code).toBe('bad-name');
  expect(double.requests).toEqual([]);
});

test.each([
  '',
  'manager:55000',
  'ftp://manager',
  'https://user:secret@manager',
  'https://manager/api',
  'https://manager?x=1',
])('the address %p is refused at once, without showing it', (url) => {
  expect(() => open({ url })).toThrow(HaproxyError);
  expect(() => open({ url })).not.toThrow(/secret/);
});

test.each([
  ['https://manager', 'https://manager:55000'],
  ['https://manager/', 'https://manager:55000'],
  ['https://manager:443', 'https://manager:443'],
  ['http://[::1]:80/', 'http://[::1]:80'],
])('%s is %s', (url, endpoint) => {
  expect(open({ url }).endpoint).toBe(endpoint);
});

test('a manager that is not there, and a signal that fires, are told as they are', async () => {
  const client = open();
  const reason = new Error('stopped');
  await expect(client.reconnect([1], AbortSignal.abort(reason))).rejects.toBe(reason);
  await double.close();
  expect((await faultOf(client.reconnect([1], never))).code).toBe('unreachable');
});
