import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '@muster/config';
import { hashPassword, isPassword, readUsers, saltBytes, writeUsers } from '@muster/http-api/users';
import { plain } from '@muster/render';
import type { CommandDeps } from '../src/commands.ts';
import { runProgram } from '../src/program.ts';

const good = 'correct horse battery';
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-user-'));
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/ossec.conf'), '<ossec_config></ossec_config>');
});
afterEach(() => rmSync(root, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** `secrets`: what is typed, one after the other; a word alone is piped in. */
async function run(line: string, secrets: readonly string[] | string = []): Promise<Ran> {
  const told = { out: '', error: '' };
  const typed = typeof secrets === 'string' ? [secrets] : [...secrets];
  const deps = {
    readConfig: (at: string) =>
      loadConfig({ root: at, read: async (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined) }),
    users: {
      read: async (path: string) => (await readUsers(path)).users,
      write: writeUsers,
      hash: (password: string) => hashPassword(password, Buffer.alloc(saltBytes, 7)),
      secret: async () => ({ text: typed.shift() ?? '', isTyped: typeof secrets !== 'string' }),
    },
  } as unknown as CommandDeps;
  const output = {
    out: (text: string): void => {
      told.out += `${text}\n`;
    },
    error: (text: string): void => {
      told.error += `${text}\n`;
    },
    paint: plain,
  };
  const code = await runProgram([...line.split(' '), '--root', root], deps, output, {}, '0.1.0');
  return { code, ...told };
}

const file = (): string => join(root, 'etc/muster-users.json');

test('a user is added with a password that is typed twice, and stands in a file of mode 0640', async () => {
  const { code, out } = await run('user add foo --role read', [good, good]);
  expect([code, out]).toEqual([0, `foo is added, with the role read, in ${file()}.\n`]);
  expect(statSync(file()).mode & 0o777).toBe(0o640);
  const { users } = await readUsers(file());
  expect(await isPassword(good, users[0]!.scrypt)).toBe(true);
  expect(readFileSync(file(), 'utf8')).not.toContain('horse');
});

test('a password that is piped in is not asked for twice', async () => {
  expect((await run('user add foo --role operate', good)).code).toBe(0);
});

test('a slip of the keyboard changes nothing', async () => {
  const { code, error } = await run('user add foo --role read', [good, 'correct horse batterz']);
  expect([code, error, existsSync(file())]).toEqual([1, 'The two are not the same. Try again.\n', false]);
});

test('a password that is too short is refused with what would do', async () => {
  expect((await run('user add foo --role read', 'short')).error).toBe(
    'A password has at least 12 characters. Choose another one.\n',
  );
});

test('a user that there is gets another password, and keeps its role unless one is given', async () => {
  await run('user add foo --role operate', good);
  expect((await run('user add foo', `${good} 2`)).out).toContain('has its new password, with the role operate');
  expect((await run('user add foo --role read', good)).out).toContain('with the role read');
  expect((await readUsers(file())).users).toHaveLength(1);
});

test('a new user needs a role', async () => {
  expect((await run('user add foo', good)).error).toContain('--role read or --role operate');
  expect((await run('user add foo --role admin', good)).error).toContain('read, operate');
});

test.each(['a:b', 'a/b', 'ö'])('%s is no name', async (name) => {
  expect((await run(`user add ${name} --role read`, good)).error).toContain('1 to 64 letters');
});

test('users are listed, as a table and as JSON, without their hashes', async () => {
  expect((await run('user list')).out).toContain('names no user. Add one: muster user add');
  await run('user add foo --role read', good);
  await run('user add superboss --role operate', good);
  expect((await run('user list')).out).toBe('foo        read\nsuperboss  operate\n');
  expect(JSON.parse((await run('user list --json')).out)).toEqual([
    { name: 'foo', role: 'read' },
    { name: 'superboss', role: 'operate' },
  ]);
});

test('a user is removed; one that there is not is a fault', async () => {
  await run('user add foo --role read', good);
  expect((await run('user remove foo')).out).toContain('foo is removed');
  expect(await run('user remove foo')).toMatchObject({
    code: 1,
    error: expect.stringContaining('There is no user foo'),
  });
});

test('another file may be named, by the configuration or on the command line', async () => {
  const other = join(root, 'etc/other.json');
  writeFileSync(join(root, 'etc/muster.yaml'), `http_api: {users_file: ${other}}\n`);
  await run('user add foo --role read', good);
  expect([existsSync(file()), existsSync(other)]).toEqual([false, true]);
  expect((await run(`user list --file ${file()}`)).out).toContain('names no user');
});

test('a configuration that cannot be read is told, and --file goes without it', async () => {
  writeFileSync(join(root, 'etc/muster.yaml'), 'http_api: 3\n');
  await expect(
    loadConfig({ root, read: async (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined) }),
  ).rejects.toThrow(ConfigError);
  expect((await run('user list')).code).toBe(1);
  expect((await run(`user list --file ${file()}`)).code).toBe(0);
});

test('a file that others may read is not used, and the cure is named', async () => {
  await run('user add foo --role read', good);
  execFileSync('chmod', ['644', file()]);
  expect((await run('user list')).error).toContain('Give it 0640 or 0600.');
});

test('the real command reads the password from its standard input, and does not show it', async () => {
  const program = join(__dirname, '../dist/main.js');
  const ran = await new Promise<{ readonly code: number; readonly text: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [program, 'user', 'add', 'foo', '--role', 'read', '--root', root],
      (error, out, errors) => resolve({ code: Number(error?.code ?? 0), text: `${out}${errors}` }),
    );
    child.stdin?.end(`${good}\n`);
  });
  expect(ran).toEqual({ code: 0, text: `foo is added, with the role read, in ${file()}.\n` });
  expect((await readUsers(file())).users[0]?.name).toBe('foo');
});
