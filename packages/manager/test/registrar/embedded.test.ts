import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedRegistrarOptions, embeddedRegistrar } from '../../src/index.ts';
import { cleanUp, disk, forever, key, newRoot, put } from '../rig.ts';

afterAll(cleanUp);

function open(more: Partial<EmbeddedRegistrarOptions> = {}, text?: string) {
  const root = newRoot();
  if (text !== undefined) put(root, 'etc/client.keys', text);
  const groups = new Map<number, readonly string[]>();
  let seed = 0x10;
  let changes = 0;
  const registrar = embeddedRegistrar({
    disk,
    root,
    random: (bytes) => new Uint8Array(bytes).fill(seed++),
    groups: {
      exists: (group) => Promise.resolve(group === 'web'),
      of: (id) => groups.get(id) ?? [],
      set: (id, names) => {
        groups.set(id, names);
        return Promise.resolve();
      },
    },
    changed: () => {
      changes += 1;
      return Promise.resolve();
    },
    ...more,
  });
  const path = join(root, 'etc/client.keys');
  return {
    root,
    path,
    groups,
    registrar,
    changes: () => changes,
    text: () => fs.readFileSync(path, 'utf8'),
    add: (name: string, ip = 'any', rest = {}) => registrar.add({ name, ip, ...rest }, forever),
    remove: (id: number, purge = false) => registrar.remove(id, purge, forever),
  };
}

const codeOf = (answer: object): unknown => ('code' in answer ? answer.code : answer);

describe('the embedded registrar', () => {
  it('makes client.keys with the first agent, 64 digits of key, mode 0640', async () => {
    const { add, text, path, changes } = open();
    expect(await add('web-1')).toEqual({ id: 1, name: 'web-1', ip: 'any', key: '10'.repeat(32) });
    expect(await add('web-2', '10.0.0.2')).toMatchObject({ id: 2, key: '11'.repeat(32) });
    expect(text()).toBe(`001 web-1 any ${'10'.repeat(32)}\n002 web-2 10.0.0.2 ${'11'.repeat(32)}\n`);
    expect([fs.statSync(path).mode & 0o7777, changes()]).toEqual([0o640, 2]);
  });

  it('gives the id after the highest of all lines, and puts the line behind the living ones', async () => {
    const { add, text } = open({}, `003 a any ${key()}\n007 !b any ${key()}\n`);
    expect(await add('new')).toMatchObject({ id: 8 });
    expect(text()).toBe(`003 a any ${key()}\n008 new any ${'10'.repeat(32)}\n007 !b any ${key()}\n`);
  });

  it('goes on behind the others when somebody chose the last id there is', async () => {
    const { add, remove } = open({}, `003 a any ${key()}\n007 !b any ${key()}\n`);
    expect(await add('last', 'any', { id: 2 ** 31 - 1 })).toMatchObject({ id: 2 ** 31 - 1 });
    expect(await add('new')).toMatchObject({ id: 8 });
    await remove(2 ** 31 - 1, true);
    expect(await add('newer')).toMatchObject({ id: 9 });
  });

  it('keeps comments, blank lines and lines that it does not understand', async () => {
    const before = `# rack 1\n001 a any ${key()}\n\n# old ones\n002 !b any ${key()}\nwhat is this\n# the end\n`;
    const { add, remove, text } = open({}, before);
    await add('new');
    const added = `003 new any ${'10'.repeat(32)}\n`;
    expect(text()).toBe(
      `# rack 1\n001 a any ${key()}\nwhat is this\n${added}\n# old ones\n002 !b any ${key()}\n# the end\n`,
    );
    await remove(1);
    expect(text()).toBe(
      `what is this\n${added}\n# old ones\n002 !b any ${key()}\n# rack 1\n001 !a any ${key()}\n# the end\n`,
    );
  });

  it('marks a removed agent and keeps its id; purged, its line goes, and its id is not given again', async () => {
    const { add, remove, text } = open();
    await add('aa');
    await add('bb');
    expect(await remove(2)).toEqual({ id: 2 });
    expect(text()).toBe(`001 aa any ${'10'.repeat(32)}\n002 !bb any ${'11'.repeat(32)}\n`);
    expect(codeOf(await remove(2))).toBe(9011);
    expect(await remove(2, true)).toEqual({ id: 2 });
    expect(text()).toBe(`001 aa any ${'10'.repeat(32)}\n`);
    expect(await add('bb')).toMatchObject({ id: 3 });
  });

  it.each([
    ['a name that is taken', { name: 'aa', ip: 'any' }, 9008],
    ['an address that is taken', { name: 'cc', ip: '10.0.0.1' }, 9007],
    ['an id that is taken', { name: 'cc', ip: 'any', id: 1 }, 9012],
    ['an id that was taken', { name: 'cc', ip: 'any', id: 2 }, 9012],
    ['no name', { name: '', ip: 'any' }, 9005],
    ['one letter', { name: 'x', ip: 'any' }, 9005],
    ['a name with a slash', { name: 'a/b', ip: 'any' }, 9005],
    ['dots alone', { name: '..', ip: 'any' }, 9005],
    ['a name with a NUL', { name: 'a\0b', ip: 'any' }, 9005],
    ['a name with a line feed', { name: 'a\n001 b', ip: 'any' }, 9005],
    ['a name of 129', { name: 'n'.repeat(129), ip: 'any' }, 9005],
    ['no address', { name: 'cc', ip: '' }, 9006],
    ['an address that is none', { name: 'cc', ip: '10.0.0.256' }, 9006],
    ['an address with a blank', { name: 'cc', ip: '10.0.0.1 x' }, 9006],
    ['a group that is not there', { name: 'cc', ip: 'any', groups: ['nope'] }, 9014],
    ['a group with a slash', { name: 'cc', ip: 'any', groups: ['../x'] }, 9014],
    ['an id beyond range', { name: 'cc', ip: 'any', id: 2 ** 31 }, 9010],
    ['a short key', { name: 'cc', ip: 'any', key: 'abc' }, 9004],
    ['a key with a line feed', { name: 'cc', ip: 'any', key: `${key()}\n` }, 9004],
  ])('refuses %s with the code of authd, and changes nothing', async (_, agent, code) => {
    const { registrar, text } = open({}, `001 aa 10.0.0.1 ${key()}\n002 !bb any ${key()}\n`);
    const before = text();
    const answer = await registrar.add(agent, forever);
    expect(answer).toMatchObject({ code, text: expect.any(String) });
    expect(JSON.stringify(answer)).not.toContain(key());
    expect(text()).toBe(before);
  });

  it('takes the name and address of a removed agent, an id and a key that are given, and groups that exist', async () => {
    const { add, groups } = open({}, `001 !aa 10.0.0.1 ${key()}\n`);
    expect(await add('aa', '10.0.0.1', { id: 50, key: key(9), groups: ['web', 'default'] })).toEqual({
      id: 50,
      name: 'aa',
      ip: '10.0.0.1',
      key: key(9),
    });
    expect(groups.get(50)).toEqual(['web', 'default']);
  });

  it('does not give a key to who knows its hash alone, and says whether it is the one', async () => {
    const line = `001 aa any ${key()}`;
    const { add } = open({}, `${line}\n`);
    const right = await add('aa', 'any', { keyHash: createHash('sha1').update(line).digest('hex') });
    const wrong = await add('aa', 'any', { keyHash: '0'.repeat(40) });
    expect(right).toEqual({ code: 9008, text: expect.stringContaining('need not register again') });
    expect(wrong).toEqual({ code: 9008, text: expect.stringContaining('another key') });
  });

  it('adds no agent whose groups cannot be set', async () => {
    const set = () => Promise.reject(new Error('disk full'));
    const { add, text } = open({ groups: { exists: () => Promise.resolve(true), of: () => [], set } });
    expect(await add('aa', 'any', { groups: ['web'] })).toEqual({
      code: 9001,
      text: expect.stringContaining('disk full'),
    });
    expect(text()).toBe('');
  });

  it.each([
    ['is cut', (path: string) => fs.writeFileSync(path, `001 aa any ${key()}\n002 bb any 12`), 'ends within a line'],
    ['is a directory', (path: string) => fs.mkdirSync(path), 'cannot be read'],
  ])('writes nothing when client.keys %s, and says so', async (_, spoil, text) => {
    const { add, remove, path } = open();
    spoil(path);
    expect(await add('cc')).toEqual({ code: 9001, text: expect.stringContaining(text) });
    expect(await remove(1)).toMatchObject({ code: 9001 });
  });

  it('ends a last line that lacks its line feed', async () => {
    const { add, text } = open({}, `001 aa any ${key()}`);
    await add('bb');
    expect(text()).toBe(`001 aa any ${key()}\n002 bb any ${'10'.repeat(32)}\n`);
  });

  it('does one after the other: no id is given twice', async () => {
    const { add, text } = open();
    const added = await Promise.all(Array.from({ length: 20 }, (_, at) => add(`agent-${at}`)));
    expect(new Set(added.map((one) => ('id' in one ? one.id : 0))).size).toBe(20);
    expect(text().split('\n').length).toBe(21);
  });

  it('refuses more agents than it is told to take, and tells when no key can be made', async () => {
    const few = open({ maxAgents: 1 });
    await few.add('aa');
    expect(codeOf(await few.add('bb'))).toBe(9013);
    const random = () => {
      throw new Error('no entropy');
    };
    expect(codeOf(await open({ random }).add('aa'))).toBe(9009);
  });

  it('gives an agent without group the default one, or the one that is guessed, and one that has groups its first', async () => {
    const { registrar, groups } = open({}, `001 aa any ${key()}\n002 !bb any ${key()}\n`);
    const sum = '0'.repeat(32);
    expect(await registrar.assignGroup(1, sum, forever)).toEqual({ group: 'default' });
    groups.set(1, ['web', 'db']);
    expect(await registrar.assignGroup(1, sum, forever)).toEqual({ group: 'web' });
    expect(codeOf(await registrar.assignGroup(2, sum, forever))).toBe(9011);
    expect(codeOf(await registrar.assignGroup(0, sum, forever))).toBe(9010);
  });

  it('does nothing for a caller that has gone', async () => {
    const { registrar, path } = open();
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(registrar.add({ name: 'aa', ip: 'any' }, gone)).rejects.toThrow('gone');
    expect(fs.existsSync(path)).toBe(false);
  });
});
