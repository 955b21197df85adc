import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@muster/actor/testing';
import {
  hashPassword,
  isPassword,
  passwordFault,
  readUsers,
  saltBytes,
  withoutUser,
  withUser,
  writeUsers,
} from '@muster/http-api/users';
import fc from 'fast-check';
import { openRate } from '../src/rate.ts';
import { readCredentials } from '../src/server/credentials.ts';
import { openAuthority } from '../src/users/authority.ts';
import { nobodysHash } from '../src/users/password.ts';
import { parseUsers, usersText } from '../src/users/users-file.ts';
import { password, userOf } from './rig.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-users-'));
  path = join(folder, 'muster-users.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a password is known by its hash, and another is not', async () => {
  const hash = await hashPassword('correct horse battery', randomBytes(saltBytes));
  expect(hash).toMatchObject({ n: 32_768, r: 8, p: 3 });
  expect(JSON.stringify(hash)).not.toContain('horse');
  expect(await isPassword('correct horse battery', hash)).toBe(true);
  expect(await isPassword('correct horse batterz', hash)).toBe(false);
});

test('a letter that can be written in two ways is the same letter', async () => {
  const hash = { ...userOf('x', 'read', 'caf\u00e9 caf\u00e9 caf\u00e9').scrypt };
  expect(await isPassword('cafe\u0301 cafe\u0301 cafe\u0301', hash)).toBe(true);
});

test('nobody has the password of an unknown user', async () => {
  for (const guess of ['', 'x', password]) expect(await isPassword(guess, nobodysHash)).toBe(false);
});

test.each([
  ['short', /at least 12/],
  ['aaaaaaaaaaaaaaaa', /different/],
  [`${'long'.repeat(80)}`, /at most 256/],
  ['tab\tand more than 12', /control/],
])('the password %j is not good enough', (text, words) => {
  expect(passwordFault(text)).toMatch(words);
});

test('a long sentence is good enough', () => {
  expect(passwordFault('correct horse battery')).toBeUndefined();
});

test('users are written whole, with the mode 0640, and read again', async () => {
  const users = [userOf('zoe', 'read'), userOf('adam', 'operate')];
  await writeUsers(path, users, folder);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect((await readUsers(path)).users.map(({ name }) => name)).toEqual(['adam', 'zoe']);
  expect(readdirSync(folder)).toEqual(['muster-users.json']);
});

test('a file that did not change is not read again', async () => {
  await writeUsers(path, [userOf('foo', 'read')], folder);
  const first = await readUsers(path);
  expect(await readUsers(path, first)).toBe(first);
  await writeUsers(path, [userOf('foo', 'operate')], folder);
  expect((await readUsers(path, first)).users[0]?.role).toBe('operate');
});

test('what is left of a writing that broke off is no hindrance', async () => {
  writeFileSync(`${path}.new`, 'half');
  await writeUsers(path, [userOf('foo', 'read')], folder);
  expect(existsSync(`${path}.new`)).toBe(false);
});

test('a link in the place of the new file is not followed', async () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'untouched');
  symlinkSync(victim, `${path}.new`);
  await writeUsers(path, [userOf('foo', 'read')], folder);
  expect(statSync(victim).size).toBe('untouched'.length);
});

test('no file is no users; a directory is a fault', async () => {
  expect((await readUsers(path)).users).toEqual([]);
  await expect(readUsers(folder)).rejects.toThrow(/is no file of users|cannot be read|others could read/);
});

test('a mode that lets others read or change it is a fault with the cure', async () => {
  await writeUsers(path, [], folder);
  chmodSync(path, 0o644);
  await expect(readUsers(path)).rejects.toThrow('Give it 0640 or 0600.');
});

test.each([
  ['{"version":2,"users":[]}', '/version'],
  ['{"version":1,"users":[{"name":"a:b"}]}', '/users/0'],
  [usersText([userOf('a', 'read'), userOf('a', 'read')]), 'twice'],
  [usersText([{ ...userOf('a', 'read'), scrypt: { ...userOf('a', 'read').scrypt, n: 1_025 } }]), 'power of 2'],
  [
    usersText([{ ...userOf('a', 'read'), scrypt: { ...userOf('a', 'read').scrypt, n: 1_048_576 } }]),
    '/users/0/scrypt/n',
  ],
])('%s is no file of users', (text, words) => {
  expect(() => parseUsers(text, 'users.json')).toThrow(words);
});

test('whatever stands in a file, a fault shows nothing of it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      try {
        parseUsers(text, 'F');
      } catch (error) {
        expect((error as Error).message).toMatch(/^F (is|has)|^F:/);
        expect((error as Error).name).toBe('UsersFileError');
      }
    }),
  );
});

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9._@-]{1,20}$/), { maxLength: 5 }), (names) => {
      const users = names.reduce<ReturnType<typeof parseUsers>>((all, name) => withUser(all, userOf(name, 'read')), []);
      expect(parseUsers(usersText(users), 'F').map(({ name }) => name)).toEqual([...names].sort());
      expect(withoutUser(users, names[0] ?? '')).toHaveLength(Math.max(0, names.length - 1));
    }),
    { numRuns: 20 },
  );
});

test('at most two passwords are checked at once, and beyond 18 the next is turned away', async () => {
  const authority = openAuthority({
    clock: manualClock(),
    read: async () => ({ mark: '1', users: [] }),
    secret: Buffer.alloc(32),
    warn: () => {},
  });
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, (_, index) => authority.password('nobody', `guess ${index}`)),
  );
  expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(12);
  expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(18);
  expect(await authority.password('nobody', 'later')).toBeUndefined();
});

test('a bucket gives what it holds at once, then as fast as it fills', () => {
  let now = 0;
  const rate = openRate({ now: () => now, after: () => () => {} }, 60, 3);
  expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([0, 0, 0, 1]);
  expect(rate.take('b')).toBe(0);
  now = 1_000;
  expect([rate.wait('a'), rate.take('a'), rate.take('a')]).toEqual([0, 0, 1]);
  now = 1_000_000;
  expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([0, 0, 0, 1]);
});

test('over any time nobody gets more than the burst and what filled meanwhile', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { maxLength: 200 }), (pauses) => {
      let now = 0;
      const rate = openRate({ now: () => now, after: () => () => {} }, 60, 5);
      let given = 0;
      for (const pause of pauses) {
        now += pause;
        if (rate.take('a') === 0) given += 1;
      }
      expect(given).toBeLessThanOrEqual(5 + now / 1_000 + 1);
    }),
  );
});

test('any header is credentials of one kind, and a name never has a colon', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (name, secret) => {
      const value = Buffer.from(`${name}:${secret}`).toString('base64');
      const found = readCredentials(`Basic ${value}`);
      if (found.kind === 'basic')
        expect(`${found.name}:${found.password}`).toBe(Buffer.from(value, 'base64').toString());
      expect(found.kind === 'basic' ? found.name : '').not.toContain(':');
      expect(['none', 'basic', 'token', 'malformed']).toContain(readCredentials(name).kind);
    }),
  );
});
