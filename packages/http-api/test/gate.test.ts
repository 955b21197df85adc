/** Who is let in, and how often. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { type ManualClock, manualClock } from '@muster/actor/testing';
import { usersPath, writeUsers } from '@muster/http-api/users';
import { SignJWT } from 'jose';
import { headersFor, openRig, operator, password, type Rig, type RigMore, userOf } from './rig.ts';

let rig: Rig;
let clock: ManualClock;
const open = async (more: RigMore = {}): Promise<void> => {
  clock = manualClock();
  rig = await openRig({ clock, ...more });
};
afterEach(() => rig.close());

test.each([
  ['nobody', '', /Say who you are/],
  ['a wrong password', 'foo:wrong', /no such user/],
  ['an unknown user', `nobody:${password}`, /no such user/],
  ['a token that is none', 'abc.def.ghi', /does not hold/],
])('%s is refused with 401, a challenge, and no data', async (_who, auth, words) => {
  await open();
  const { status, headers, text } = await rig.get('/cluster/status', auth);
  expect([status, headers['www-authenticate']]).toEqual([401, expect.stringContaining('Basic realm="muster"')]);
  expect(text).toMatch(words);
});

test.each([
  'Basic',
  'Basic !!!',
  `Basic ${Buffer.from('nocolon').toString('base64')}`,
  `Basic ${Buffer.from(':x').toString('base64')}`,
  'Digest username="foo"',
  'Bearer',
  'bearer  ',
])('the header "%s" is refused with 401', async (authorization) => {
  await open();
  expect((await rig.get('/cluster/status', '', { headers: { authorization } })).status).toBe(401);
});

test('an unknown user and a wrong password cannot be told apart', async () => {
  await open();
  const [unknown, wrong] = [
    await rig.get('/cluster/status', 'nobody:wrong'),
    await rig.get('/cluster/status', 'foo:wrong'),
  ];
  expect(unknown.text).toBe(wrong.text);
});

test('whether the process lives, and is ready, anyone may ask', async () => {
  await open();
  expect((await rig.get('/healthz', '')).json).toEqual({ status: 'ok' });
  expect((await rig.get('/readyz', '')).json).toEqual({ ready: true, state: 'in-sync', generation: '7.3' });
  expect((await rig.get('/openapi.json', '')).status).toBe(401);
  expect((await rig.get('/nowhere', '')).status).toBe(401);
});

test('a token is asked for with a password, not with a token', async () => {
  await open();
  const token = await rig.token();
  const { status, json } = await rig.get('/security/user/authenticate', token, { method: 'POST' });
  expect([status, json.detail]).toEqual([401, expect.stringContaining('Basic authentication')]);
});

test('a token ends with its lifetime', async () => {
  let now = 1_790_000_000_000;
  await open({ sources: { wallNow: () => now } });
  const token = await rig.token();
  now += 899_000;
  expect((await rig.get('/cluster/status', token)).status).toBe(200);
  now += 10_000;
  const { status, json } = await rig.get('/cluster/status', token);
  expect([status, json]).toEqual([401, { title: 'Unauthorized', detail: expect.stringContaining('expired') }]);
});

test('a token of another key, another node, another algorithm or none is void', async () => {
  await open();
  const token = await rig.token();
  const [head = '', body = '', mark = ''] = token.split('.');
  const key = readFileSync(`${rig.root}/queue/cluster/muster/http/token.key`);
  const signed = (alg: string, audience: string, by: Uint8Array) =>
    new SignJWT({ version: JSON.parse(Buffer.from(body, 'base64url').toString()).version })
      .setProtectedHeader({ alg })
      .setIssuer('muster')
      .setAudience(audience)
      .setSubject('foo')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(by);
  expect((await rig.get('/cluster/status', await signed('HS256', 'node01', key))).status).toBe(200);
  const forged = [
    await signed('HS512', 'node01', Buffer.concat([key, key])),
    await signed('HS256', 'node02', key),
    await signed('HS256', 'node01', Buffer.alloc(32)),
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`,
    `${head}.${Buffer.from(Buffer.from(body, 'base64url').toString().replace('foo', 'boss')).toString('base64url')}.${mark}`,
    `${head}.${body}.${mark.slice(0, -2)}AA`,
  ];
  for (const each of forged) expect((await rig.get('/cluster/status', each)).status).toBe(401);
});

test('a user that is removed, or whose password is another, is out within a second, token and all', async () => {
  await open();
  const [foo, boss] = [await rig.token(), await rig.token('boss')];
  expect((await rig.get('/cluster/status')).status).toBe(200);
  await writeUsers(usersPath(rig.root), [userOf('boss', 'read', 'another password')], rig.root);
  await clock.advance(1_000);
  expect((await rig.get('/cluster/status')).status).toBe(401);
  expect((await rig.get('/cluster/status', foo)).status).toBe(401);
  expect((await rig.get('/cluster/status', boss)).status).toBe(401);
  expect((await rig.get('/cluster/status', 'boss:another password')).status).toBe(200);
});

test('a role is the one that the file has now, whatever the token was issued for', async () => {
  await open();
  const token = await rig.token('boss');
  await writeUsers(usersPath(rig.root), [userOf('boss', 'read')], rig.root);
  await clock.advance(1_000);
  expect((await rig.get('/muster/sync', token, { method: 'PUT' })).json.error).toBe(4000);
});

test.each([
  ['that others may read', () => chmodSync(usersPath(rig.root), 0o644), 'has the mode 0644'],
  ['that its group may write', () => chmodSync(usersPath(rig.root), 0o660), 'has the mode 0660'],
  ['that is broken', () => writeFileSync(usersPath(rig.root), '{"version":1,'), 'is not JSON'],
  [
    'of another form',
    () => writeFileSync(usersPath(rig.root), '{"version":1,"users":[{"name":"foo"}]}'),
    'is no file of users',
  ],
])('a file of users %s lets nobody in, and is warned of once with the cure', async (_what, spoil, words) => {
  await open();
  spoil();
  await clock.advance(1_000);
  expect((await rig.get('/cluster/status')).status).toBe(401);
  await clock.advance(1_000);
  expect((await rig.get('/cluster/status')).status).toBe(401);
  expect(rig.logged.filter((line) => line.includes(words))).toHaveLength(1);
});

test('too many requests of one user are answered 429 with the seconds to wait, until time has passed', async () => {
  await open({ options: { requestsPerMinute: 6 } });
  for (let asked = 0; asked < 6; asked += 1) expect((await rig.get('/cluster/status')).status).toBe(200);
  const { status, headers, json } = await rig.get('/cluster/status');
  expect([status, headers['retry-after'], json.error]).toEqual([429, '10', 6001]);
  expect((await rig.get('/healthz', '')).status).toBe(429);
  await clock.advance(10_000);
  expect((await rig.get('/cluster/status')).status).toBe(200);
});

test('guesses are slowed down, and who is in already is not shut out by them', async () => {
  await open();
  expect((await rig.get('/cluster/status')).status).toBe(200);
  const token = await rig.token('boss');
  const guesses = await Promise.all(Array.from({ length: 10 }, () => rig.get('/cluster/status', 'foo:guess')));
  expect(guesses.map(({ status }) => status)).toEqual(Array(10).fill(401));
  for (let guess = 0; guess < 10; guess += 1) await rig.get('/cluster/status', 'foo:guess');
  const { status, headers, json } = await rig.get('/cluster/status', 'foo:guess');
  expect([status, headers['retry-after'], json.error]).toEqual([429, '6', 6000]);
  expect((await rig.get('/cluster/status')).status).toBe(200);
  expect((await rig.get('/cluster/status', token)).status).toBe(200);
  await clock.advance(6_000);
  expect((await rig.get('/cluster/status', 'foo:guess')).status).toBe(401);
});

/** Guesses at `auth` until its budget is used up. */
const guessUntilSlowed = async (auth: string): Promise<void> => {
  for (let guess = 0; guess < 20; guess += 1) await rig.get('/cluster/status', auth);
  expect((await rig.get('/cluster/status', auth)).status).toBe(429);
};

test('a user whose password was right from an address within an hour is not shut out by guesses at others', async () => {
  await open();
  expect((await rig.get('/cluster/status')).status).toBe(200);
  await clock.advance(3_590_000);
  await guessUntilSlowed('nobody:guess');
  expect((await rig.get('/cluster/status', operator)).json.error).toBe(6000);
  expect((await rig.get('/cluster/status')).status).toBe(200);
});

test('one who was silent for an hour has the budget of its address again', async () => {
  await open();
  expect((await rig.get('/cluster/status')).status).toBe(200);
  await clock.advance(3_600_000);
  await guessUntilSlowed('nobody:guess');
  expect((await rig.get('/cluster/status')).json.error).toBe(6000);
});

test('guesses at one who is in have a budget of their own, and one who asks each half minute stays in', async () => {
  await open();
  expect((await rig.get('/cluster/status')).status).toBe(200);
  await guessUntilSlowed('foo:guess');
  for (let asked = 0; asked < 4; asked += 1) {
    await clock.advance(30_000);
    for (let guess = 0; guess < 6; guess += 1) await rig.get('/cluster/status', 'foo:guess');
    expect((await rig.get('/cluster/status', 'foo:guess')).status).toBe(429);
    expect((await rig.get('/cluster/status')).status).toBe(200);
  }
});

test('a wrong password is logged with its address, and without the password', async () => {
  await open();
  await rig.get('/cluster/status', 'foo:my secret guess');
  expect(rig.logged).toContain('A wrong password for "foo" came over HTTP from 127.0.0.1.');
  expect(rig.logged.join()).not.toContain('guess');
});

test('without users nobody is let in, and the server says so when it begins', async () => {
  await open({ users: [] });
  expect(rig.listening.lacksUsers).toBe(usersPath(rig.root));
  expect((await rig.get('/cluster/status')).status).toBe(401);
  expect((await rig.get('/healthz', '')).status).toBe(200);
});

test('the role is asked before the route does anything', async () => {
  const drained: string[] = [];
  const { answers } = await import('./answers.ts');
  await open({ sources: { answers: answers({ drain: (node) => drained.push(node) > 0 }) } });
  await rig.get('/muster/drain/node02', undefined, { method: 'PUT' });
  expect(drained).toEqual([]);
  await rig.get('/muster/drain/node02', operator, { method: 'PUT' });
  expect(drained).toEqual(['node02']);
});

test('headers of a proxy do not change who asks', async () => {
  await open();
  for (let guess = 0; guess < 20; guess += 1) {
    const headers = { ...headersFor('foo:x'), 'x-forwarded-for': `10.0.0.${guess}` };
    await rig.get('/cluster/status', '', { headers });
  }
  expect((await rig.get('/cluster/status', 'foo:x')).status).toBe(429);
});
