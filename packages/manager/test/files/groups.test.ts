import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseGroups } from '../../src/files/group-files.ts';
import { multigroupHash } from '../../src/index.ts';
import { cleanUp, forever, put } from '../rig.ts';
import { closeStages, type FilesStage, filesStage } from './stage.ts';

afterAll(() => {
  closeStages();
  return cleanUp();
});

const at = (name: string): string => `queue/agent-groups/${name}`;

describe('assignments in files', () => {
  it('are one line in a file of 0660, by an id of at least three digits', async () => {
    const { root, manager } = await filesStage();
    await manager.assign(
      [
        { id: 7, groups: ['web', 'db'] },
        { id: 12_345, groups: ['web'] },
      ],
      forever,
    );
    expect(fs.readdirSync(join(root, 'queue/agent-groups')).sort()).toEqual(['007', '12345']);
    expect(fs.readFileSync(join(root, at('007')), 'utf8')).toBe('web,db\n');
    expect(fs.statSync(join(root, at('007'))).mode & 0o7777).toBe(0o660);
    await manager.close();
  });

  it('of several groups get a directory on the master, named by their hash, and none on a worker', async () => {
    expect(multigroupHash('default,web')).toBe(multigroupHash('default,web'));
    expect(multigroupHash('abc')).toBe('ba7816bf');
    for (const isMaster of [true, false]) {
      const { root, manager } = await filesStage({ isMaster });
      await manager.assign(
        [
          { id: 1, groups: ['a', 'b'] },
          { id: 2, groups: ['b', 'a'] },
          { id: 3, groups: ['a'] },
        ],
        forever,
      );
      const expected = isMaster ? [multigroupHash('a,b'), multigroupHash('b,a')].sort() : [];
      expect(fs.readdirSync(join(root, 'var/multigroups')).sort()).toEqual(expected);
      await manager.close();
    }
  });

  it('that are set already are not written again', async () => {
    const { root, manager } = await filesStage();
    await manager.assign([{ id: 1, groups: ['a'] }], forever);
    const before = fs.statSync(join(root, at('001')), { bigint: true });
    await manager.assign([{ id: 1, groups: ['a'] }], forever);
    expect(fs.statSync(join(root, at('001')), { bigint: true }).ctimeNs).toBe(before.ctimeNs);
    await manager.close();
  });

  it('of nobody in client.keys go after ten minutes, before whoever gets the id gets them with it', async () => {
    const { root, manager, keys, addAgents, pass } = await filesStage();
    await addAgents([1]);
    for (const name of ['001', '005', 'abc']) put(root, at(name), 'web\n');
    const minutes = async (count: number): Promise<readonly string[]> => {
      const codes: string[] = [];
      for (let minute = 0; minute < count; minute++) {
        await pass(60);
        await keys.refresh();
        codes.push(...(await manager.groups(0, forever)).faults.map(({ at: path, code }) => `${code} ${path}`));
      }
      return codes.filter((code) => !code.startsWith('bad-name'));
    };
    expect(await minutes(10)).toEqual([]);
    expect(await minutes(2)).toEqual([`taken-away ${at('005')}`]);
    expect(fs.readdirSync(join(root, 'queue/agent-groups')).sort()).toEqual(['001', 'abc']);
    expect((await manager.groups(0, forever)).rows).toEqual([{ id: 1, groups: ['web'] }]);
    await manager.close();
  });

  it('without a line end are taken, for tools of the manager write them so', async () => {
    const { root, manager } = await filesStage();
    put(root, at('003'), 'default,web');
    expect(await manager.groups(0, forever)).toMatchObject({
      rows: [{ id: 3, groups: ['default', 'web'] }],
      faults: [],
    });
    await manager.close();
  });

  it.each([
    ['001', Array.from({ length: 200 }, (_, n) => `${'g'.repeat(40)}${n}`).join(), 'cut-short'],
    ['001', 'web,d b', 'bad-group'],
    ['001', 'a/b\n', 'bad-group'],
    ['001', '../x\n', 'bad-group'],
    ['001', 'a,\n', 'bad-group'],
    ['001', 'a\nb\n', 'bad-group'],
    ['001', `${'n'.repeat(256)}\n`, 'bad-group'],
    ['001', `${Array.from({ length: 257 }, (_, n) => `g${n}`).join()}\n`, 'too-many-groups'],
    ['001', Buffer.from([0xff, 0x0a]), 'bad-group'],
    ['001', Buffer.alloc(70_000, 'x'), 'TOO_LARGE'],
    ['1', 'a\n', 'bad-name'],
    ['0001', 'a\n', 'bad-name'],
    ['000', 'a\n', 'bad-name'],
    ['9999999999', 'a\n', 'bad-name'],
    ['web', 'a\n', 'bad-name'],
  ])('named %s with %j are a fault, and the others stand', async (name, content, code) => {
    const { root, manager } = await filesStage();
    put(root, at(name), content);
    put(root, at('900'), 'good\r\n');
    put(root, at('901'), '\n');
    const { rows, faults } = await manager.groups(0, forever);
    expect([rows, faults.map((one) => [one.at, one.code])]).toEqual([
      [{ id: 900, groups: ['good'] }],
      [[at(name), code]],
    ]);
    await manager.close();
  });

  it('are none where there is no directory, which is made when one is set', async () => {
    const { root, manager } = await filesStage();
    fs.rmdirSync(join(root, 'queue/agent-groups'));
    expect(await manager.groups(0, forever)).toEqual({ rows: [], faults: [], next: undefined });
    expect(await manager.assign([{ id: 1, groups: ['a'] }], forever)).toEqual([]);
    expect((await manager.groups(0, forever)).rows).toEqual([{ id: 1, groups: ['a'] }]);
    await manager.close();
  });

  it('of an agent that was removed are taken away again when its manager, which does not know yet, chooses some once more', async () => {
    const stage = await filesStage();
    const { root, manager } = stage;
    await stage.addAgents([1, 2]);
    await manager.assign([{ id: 1, groups: ['a'] }], forever);
    await stage.removeAgents([1]);
    expect(await manager.forget([1], forever)).toEqual([]);
    put(root, at('001'), 'default\n');
    put(root, at('002'), 'default\n');
    expect(await manager.groups(0, forever)).toMatchObject({ rows: [{ id: 2, groups: ['default'] }], faults: [] });
    expect(fs.readdirSync(join(root, 'queue/agent-groups'))).toEqual(['002']);
    await manager.close();
  });

  it.each([
    ['comes into client.keys again', (stage: FilesStage) => stage.addAgents([1])],
    ['was removed a minute ago', (stage: FilesStage) => stage.pass(60)],
    [
      'is assigned some by the master',
      ({ manager }: FilesStage) => manager.assign([{ id: 1, groups: ['b'] }], forever),
    ],
  ])('of an agent that was removed stay when it %s', async (_what, before) => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    await stage.removeAgents([1]);
    await stage.manager.forget([1], forever);
    await before(stage);
    put(stage.root, at('001'), 'mine\n');
    expect((await stage.manager.groups(0, forever)).rows).toEqual([{ id: 1, groups: ['mine'] }]);
    await stage.manager.close();
  });

  it('of a removed agent that cannot be taken away are named', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    await stage.removeAgents([1]);
    await stage.manager.forget([1], forever);
    fs.mkdirSync(join(stage.root, at('001')));
    expect(await stage.manager.groups(0, forever)).toMatchObject({
      rows: [],
      faults: [{ at: at('001'), text: expect.stringContaining('of a removed agent and stays') }],
    });
    await stage.manager.close();
  });

  it('that stand behind a directory of that name are named when they cannot be set', async () => {
    const { root, manager } = await filesStage();
    fs.mkdirSync(join(root, at('001')));
    expect(
      await manager.assign(
        [
          { id: 1, groups: ['a'] },
          { id: 2, groups: ['a'] },
        ],
        forever,
      ),
    ).toMatchObject([{ at: at('001'), code: 'EISDIR' }]);
    expect(await manager.assign([{ id: 1, groups: [] }], forever)).toMatchObject([{ at: at('001') }]);
    await manager.close();
  });

  it('throw for no bytes at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const parsed = parseGroups(bytes);
          if (typeof parsed !== 'string' && parsed.length > 0)
            expect(
              Buffer.from(bytes)
                .toString('latin1')
                .replace(/\r?\n$/, ''),
            ).toBe(parsed.join());
        },
      ),
    );
  });
});
