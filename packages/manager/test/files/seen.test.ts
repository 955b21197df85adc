import * as fs from 'node:fs';
import { join } from 'node:path';
import { renderInfoContent } from '../../src/files/info-content.ts';
import { infoOf, ownNode } from '../../src/testing/index.ts';
import { cleanUp, forever, key, put } from '../rig.ts';
import { closeStages, filesStage } from './stage.ts';

afterAll(() => {
  closeStages();
  return cleanUp();
});

const at = (name: string): string => `queue/agent-info/${name}`;
const content = (id: number, version: string, node = ownNode): Uint8Array =>
  renderInfoContent(infoOf(id, version, node), node);

describe('statuses in files', () => {
  it('of nobody in client.keys are named once, and given when client.keys has the agent', async () => {
    const stage = await filesStage();
    put(stage.root, at('a5-any'), content(5, 'v1'));
    const first = await stage.manager.seen(forever);
    expect(first.agents).toEqual([]);
    expect(first.faults).toMatchObject([{ at: at('a5-any'), code: 'unknown-agent' }]);
    await first.remembered();
    expect(await stage.manager.seen(forever)).toMatchObject({ agents: [], faults: [] });
    await stage.addAgents([5]);
    expect((await stage.manager.seen(forever)).agents.map(({ id }) => id)).toEqual([5]);
    await stage.manager.close();
  });

  it('of an agent that was removed are taken away, also when its manager writes them once more', async () => {
    const stage = await filesStage();
    await stage.addAgents([1, 2]);
    await stage.keepsAlive(1, 'v1');
    await (await stage.manager.seen(forever)).remembered();
    await stage.removeAgents([1]);
    expect(await stage.manager.forget([1], forever)).toEqual([]);
    await stage.keepsAlive(1, 'v1');
    expect(await stage.manager.seen(forever)).toMatchObject({ agents: [], faults: [] });
    expect(fs.existsSync(join(stage.root, at('a1-any')))).toBe(false);
    await stage.addAgents([1]);
    await stage.keepsAlive(1, 'v2');
    expect((await stage.manager.seen(forever)).agents.map(({ id }) => id)).toEqual([1]);
    await stage.manager.close();
  });

  describe('of nobody in client.keys', () => {
    const names = (root: string): readonly string[] => fs.readdirSync(join(root, 'queue/agent-info')).sort();
    /** Minutes with a look each. */
    const minutes = async (
      stage: Awaited<ReturnType<typeof filesStage>>,
      count: number,
      eachMinute = (): void => {},
    ) => {
      const codes: string[] = [];
      for (let minute = 0; minute < count; minute++) {
        await stage.pass(60);
        eachMinute();
        await stage.keys.refresh();
        const { faults, remembered } = await stage.manager.seen(forever);
        await remembered();
        codes.push(...faults.map(({ at: path, code }) => `${code} ${path}`));
      }
      return codes;
    };

    it('are taken away after ten minutes, and named; what is no status and who exists stays', async () => {
      const stage = await filesStage();
      await stage.addAgents([1]);
      await stage.keepsAlive(1, 'v1');
      const others = ['-any', 'a5-any.bak', 'notes', `${'n'.repeat(129)}-any`];
      for (const name of ['a5-any', 'web-1-10.0.0.9', ...others]) put(stage.root, at(name), content(5, 'v1'));
      const codes = await minutes(stage, 10);
      expect(codes.filter((code) => code.startsWith('unknown-agent'))).toHaveLength(6);
      expect(names(stage.root)).toContain('a5-any');
      expect(await minutes(stage, 2)).toEqual([`taken-away ${at('a5-any')}`, `taken-away ${at('web-1-10.0.0.9')}`]);
      expect(names(stage.root)).toEqual(['a1-any', ...others].sort());
      await stage.manager.close();
    });

    it('stay as long as somebody writes them', async () => {
      const stage = await filesStage();
      await stage.addAgents([1]);
      put(stage.root, at('a5-any'), content(5, 'v1'));
      let size = 1;
      const grow = (): void => put(stage.root, at('a5-any'), 'x'.repeat(size++));
      await minutes(stage, 15, grow);
      expect(names(stage.root)).toEqual(['a5-any']);
      await minutes(stage, 12);
      expect(names(stage.root)).toEqual([]);
      await stage.manager.close();
    });

    it.each([
      ['is not there', undefined],
      ['cannot be read whole', `001 a1 any ${key().slice(0, 30)}`],
      ['has a line that nobody understands', `001 a1 any ${key()}\n005 a5\n`],
    ])('stay while client.keys %s, and ten minutes beyond', async (_, text) => {
      const stage = await filesStage();
      const keys = join(stage.root, 'etc/client.keys');
      if (text !== undefined) fs.writeFileSync(keys, text);
      put(stage.root, at('a5-any'), content(5, 'v1'));
      await minutes(stage, 30);
      expect(names(stage.root)).toEqual(['a5-any']);
      await stage.addAgents([1]);
      await minutes(stage, 9);
      expect(names(stage.root)).toEqual(['a5-any']);
      await minutes(stage, 2);
      expect(names(stage.root)).toEqual([]);
      await stage.manager.close();
    });

    it('stay when nobody looked for long, as after a pause of the machine', async () => {
      const stage = await filesStage();
      await stage.addAgents([1]);
      put(stage.root, at('a5-any'), content(5, 'v1'));
      await minutes(stage, 2);
      await stage.pass(3_600);
      await minutes(stage, 9);
      expect(names(stage.root)).toEqual(['a5-any']);
      await minutes(stage, 2);
      expect(names(stage.root)).toEqual([]);
      await stage.manager.close();
    });

    it('are given when client.keys has the agent before, also at the last minute', async () => {
      const stage = await filesStage();
      await stage.addAgents([1]);
      put(stage.root, at('a5-any'), content(5, 'v1'));
      await minutes(stage, 10);
      await stage.addAgents([5]);
      await stage.pass(60);
      expect((await stage.manager.seen(forever)).agents.map(({ id }) => id)).toEqual([5]);
      await minutes(stage, 20);
      expect(names(stage.root)).toEqual(['a5-any']);
      await stage.manager.close();
    });

    it('are those too whose removal failed, or that nobody asked to forget', async () => {
      const stage = await filesStage();
      await stage.addAgents([1, 2]);
      for (const id of [1, 2]) await stage.keepsAlive(id, 'v1');
      await minutes(stage, 1);
      await stage.removeAgents([1]);
      expect(await minutes(stage, 12)).toEqual([`taken-away ${at('a1-any')}`]);
      expect(names(stage.root)).toEqual(['a2-any']);
      await stage.manager.close();
    });
  });

  it('of a directory that cannot be listed are missed at every look, until it can', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    fs.renameSync(join(stage.root, 'queue/agent-info'), join(stage.root, 'queue/aside'));
    for (let look = 0; look < 3; look++)
      await expect(stage.manager.seen(forever)).rejects.toMatchObject({ code: 'ENOENT' });
    fs.renameSync(join(stage.root, 'queue/aside'), join(stage.root, 'queue/agent-info'));
    put(stage.root, at('a1-any'), content(1, 'v1'));
    expect((await stage.manager.seen(forever)).agents.map(({ id }) => id)).toEqual([1]);
    await stage.manager.close();
  });

  it('with hostile names are named and left, and the others given', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    put(stage.root, at('a1-any'), content(1, 'v1'));
    for (const name of ['..hidden', '-', 'n'.repeat(200), 'a\x1bb-any']) put(stage.root, at(name), 'x\n');
    fs.writeFileSync(Buffer.concat([Buffer.from(join(stage.root, at('bad'))), Buffer.from([0xff])]), 'x\n');
    fs.mkdirSync(join(stage.root, at('dir-any')));
    fs.symlinkSync('/etc/passwd', join(stage.root, at('link-any')));
    const { agents, faults } = await stage.manager.seen(forever);
    expect(agents.map(({ id }) => id)).toEqual([1]);
    expect(faults.map(({ code }) => code).sort()).toEqual(
      ['NOT_A_FILE', 'NOT_A_FILE', 'not-utf8', ...Array(4).fill('unknown-agent')].sort(),
    );
    await stage.manager.close();
  });

  it('that are cut mid-line say that the agent lives, and are named; the whole file is given when it comes', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    const bytes = content(1, 'v1');
    put(stage.root, at('a1-any'), bytes.subarray(0, 40));
    const cut = await stage.manager.seen(forever);
    expect(cut.agents).toMatchObject([{ id: 1, status: 'active' }]);
    expect(cut.agents[0]?.info).toBeUndefined();
    expect(cut.faults).toMatchObject([{ at: at('a1-any'), code: 'cut-short' }]);
    await cut.remembered();
    await stage.keepsAlive(1, 'v1');
    const mended = await stage.manager.seen(forever);
    expect([mended.faults, mended.agents[0]?.info?.version]).toEqual([[], 'v1']);
    await stage.manager.close();
  });

  it('that cannot be read are named, and so is one too large', async () => {
    const stage = await filesStage();
    await stage.addAgents([1, 2]);
    put(stage.root, at('a1-any'), Buffer.alloc(128 * 1024 + 1, 'x'));
    put(stage.root, at('a2-any'), content(2, 'v1'));
    const { agents, faults } = await stage.manager.seen(forever);
    expect([agents.map(({ id }) => id), faults.map(({ code }) => code)]).toEqual([[2], ['TOO_LARGE']]);
    await stage.manager.close();
  });

  it('of 200 strangers are a hundred faults and one that counts the rest', async () => {
    const stage = await filesStage();
    for (let id = 1; id <= 200; id++) put(stage.root, at(`s${id}-any`), 'x\n');
    const { faults } = await stage.manager.seen(forever);
    expect([faults.length, faults.at(-1)]).toEqual([
      101,
      expect.objectContaining({ code: 'more-faults', text: 'and 100 more like these' }),
    ]);
    await stage.manager.close();
  });

  it('that this node wrote of other nodes are not its own after a restart, until its own manager touches them', async () => {
    const before = await filesStage();
    await before.addAgents([1, 2]);
    const published = {
      id: 1,
      seenMs: before.now(),
      status: 'active' as const,
      code: 0,
      disconnectedMs: 0,
      node: 'there',
      info: infoOf(1, 'v1', 'there'),
    };
    await before.manager.publish([published], forever);
    await before.keepsAlive(2, 'v1');
    await before.manager.close();
    const after = await filesStage({ root: before.root });
    await after.addAgents([1, 2]);
    const first = await after.manager.seen(forever);
    expect(first.agents.map(({ id }) => id)).toEqual([2]);
    await first.remembered();
    await after.pass(20);
    await after.keepsAlive(1);
    const second = await after.manager.seen(forever);
    expect(second.agents).toMatchObject([{ id: 1, seenMs: after.now(), status: 'active' }]);
    await after.manager.close();
  });

  it('that this node wrote of other nodes and a loss of power has torn are not its own either', async () => {
    const { root } = await filesStage();
    put(root, at('a1-any'), '');
    put(root, at('a2-any'), content(2, 'v1', 'there').subarray(0, 40));
    put(root, at('a3-any'), content(3, 'v1').subarray(0, 40));
    const stage = await filesStage({ root, isElsewhere: (id) => id < 3 });
    await stage.addAgents([1, 2, 3]);
    const first = await stage.manager.seen(forever);
    expect(first.agents.map(({ id }) => id)).toEqual([3]);
    expect(first.faults.map(({ code }) => code)).toEqual(['cut-short', 'cut-short']);
    await first.remembered();
    await stage.keepsAlive(1, 'v1');
    expect((await stage.manager.seen(forever)).agents.map(({ id }) => id)).toEqual([1]);
    await stage.manager.close();
  });

  it.each([
    ['a master, which may have written them of other nodes, are dated back by 10 s', true, 10_000],
    ['a worker are of when they say', false, 0],
  ])('that are empty and older than the process of %s', async (_, isMaster, doubtMs) => {
    const before = await filesStage({ isMaster });
    await before.addAgents([1]);
    await before.starts(1);
    await before.manager.close();
    const stage = await filesStage({ root: before.root, isMaster });
    await stage.addAgents([1, 2]);
    const first = await stage.manager.seen(forever);
    expect(first.agents).toMatchObject([{ id: 1, status: 'pending', seenMs: stage.now() - doubtMs }]);
    await first.remembered();
    await stage.starts(2);
    expect((await stage.manager.seen(forever)).agents).toMatchObject([{ id: 2, seenMs: stage.now() }]);
    await stage.manager.close();
  });

  it('are found by the listing every minute where the watch said nothing', async () => {
    const stage = await filesStage();
    await stage.addAgents([1, 2]);
    await (await stage.manager.seen(forever)).remembered();
    const later = stage.now() + 1_000;
    // A second name of a directory: its watch hears nothing.
    put(stage.root, 'elsewhere', content(1, 'v1'));
    fs.utimesSync(join(stage.root, 'elsewhere'), later / 1_000, later / 1_000);
    let hints = 0;
    stage.manager.watch(() => {
      hints += 1;
    });
    fs.renameSync(join(stage.root, 'elsewhere'), join(stage.root, at('a1-any')));
    await stage.pass(61);
    await stage.pass(1);
    expect(hints).toBeGreaterThan(0);
    expect((await stage.manager.seen(forever)).agents).toMatchObject([{ id: 1, seenMs: later }]);
    await stage.manager.close();
  });

  it('cannot be asked for where the directory is missing, which names the cure', async () => {
    const stage = await filesStage();
    closeStages();
    fs.rmdirSync(join(stage.root, 'queue/agent-info'));
    await expect(stage.manager.seen(forever)).rejects.toMatchObject({
      name: 'ManagerError',
      at: 'queue/agent-info',
      code: 'ENOENT',
      message: expect.stringContaining('make it, or choose another `manager`'),
    });
    await stage.manager.close();
  });

  it('are seen as soon as their directory is back; until then it is missing at each look', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    await (await stage.manager.seen(forever)).remembered();
    const directory = join(stage.root, 'queue/agent-info');
    fs.rmSync(directory, { recursive: true });
    await stage.pass(61);
    for (const _ of [1, 2]) await expect(stage.manager.seen(forever)).rejects.toMatchObject({ code: 'ENOENT' });
    fs.mkdirSync(directory);
    put(stage.root, at('a1-any'), content(1, 'v1'));
    expect((await stage.manager.seen(forever)).agents).toMatchObject([{ id: 1, status: 'active' }]);
    await stage.manager.close();
  });
});

describe('publishing to files', () => {
  const published = (id: number, seenMs: number, version = 'v1') => ({
    id,
    seenMs,
    status: 'active' as const,
    code: 0,
    disconnectedMs: 0,
    node: 'there',
    info: infoOf(id, version, 'there'),
  });

  it('writes files of 0660 with the time of the last keep-alive, and nothing else into the directory', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    await stage.manager.publish([published(1, stage.now() - 7_123)], forever);
    const path = join(stage.root, at('a1-any'));
    const stat = fs.statSync(path);
    expect([stat.mode & 0o7777, Math.floor(stat.mtimeMs)]).toEqual([0o660, stage.now() - 7_123]);
    expect(fs.readFileSync(path)).toEqual(Buffer.from(content(1, 'v1', 'there')));
    expect(fs.readdirSync(join(stage.root, 'queue/agent-info'))).toEqual(['a1-any']);
    await stage.manager.close();
  });

  it('only dates a file whose content is the same', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    await stage.manager.publish([published(1, stage.now())], forever);
    const inode = (): number => fs.statSync(join(stage.root, at('a1-any'))).ino;
    const before = inode();
    await stage.manager.publish([published(1, stage.now() + 5_000)], forever);
    expect([inode(), (await stage.shown(1))?.seenMs]).toEqual([before, stage.now() + 5_000]);
    await stage.manager.close();
  });

  it('leaves what its own manager has heard since', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    await stage.keepsAlive(1, 'v9');
    await stage.manager.publish([published(1, stage.now() - 1_000)], forever);
    expect((await stage.shown(1))?.version).toBe('v9');
    await stage.manager.publish([published(1, stage.now() + 1_000)], forever);
    expect((await stage.shown(1))?.version).toBe('v1');
    await stage.manager.close();
  });

  it('rejects when none can be written, and names the one that cannot', async () => {
    const stage = await filesStage();
    await stage.addAgents([1, 2]);
    fs.mkdirSync(join(stage.root, at('a1-any')));
    const faults = await stage.manager.publish([published(1, stage.now()), published(2, stage.now())], forever);
    expect(faults).toMatchObject([{ at: at('a1-any'), code: 'EISDIR' }]);
    await expect(stage.manager.publish([published(1, stage.now())], forever)).rejects.toMatchObject({ code: 'EISDIR' });
    expect(fs.readdirSync(join(stage.root, 'queue/agent-info')).sort()).toEqual(['a1-any', 'a2-any']);
    await stage.manager.close();
  });

  it('takes away what a process that was killed had begun to write', async () => {
    const stage = await filesStage();
    const leftover = `.muster-${'0'.repeat(16)}-agents7.tmp`;
    for (const directory of ['queue/agent-info', 'queue/agent-groups'])
      put(stage.root, `${directory}/${leftover}`, 'x');
    await stage.addAgents([1]);
    await stage.manager.publish([published(1, stage.now())], forever);
    expect((await stage.manager.seen(forever)).faults).toEqual([]);
    expect((await stage.manager.groups(0, forever)).faults).toEqual([]);
    await stage.manager.assign([{ id: 1, groups: ['web'] }], forever);
    expect(fs.readdirSync(join(stage.root, 'queue/agent-info'))).toEqual(['a1-any']);
    expect(fs.readdirSync(join(stage.root, 'queue/agent-groups'))).toEqual(['001']);
    await stage.manager.close();
  });

  it('forgets by the name that the agent had, and spares the file of another that has it now', async () => {
    const stage = await filesStage();
    await stage.addAgents([1, 2]);
    for (const id of [1, 2]) await stage.keepsAlive(id, 'v1');
    fs.writeFileSync(
      join(stage.root, 'etc/client.keys'),
      `003 a1 any ${key()}\n001 !a1 any ${key()}\n002 !a2 any ${key()}\n`,
    );
    await stage.keys.refresh();
    expect(await stage.manager.forget([1, 2], forever)).toEqual([]);
    expect(fs.readdirSync(join(stage.root, 'queue/agent-info'))).toEqual(['a1-any']);
    await stage.manager.close();
  });

  it('forgets all who had an id that was given again before the first was forgotten', async () => {
    const stage = await filesStage();
    await stage.addAgents([1, 2]);
    for (const id of [1, 2]) await stage.keepsAlive(id, 'v1');
    const keysPath = join(stage.root, 'etc/client.keys');
    for (const text of [`001 other any ${key()}\n`, `001 third any ${key()}\n`, '']) {
      fs.writeFileSync(keysPath, text);
      await stage.keys.refresh();
    }
    fs.writeFileSync(join(stage.root, 'queue/agent-info/other-any'), '');
    expect(await stage.manager.forget([1], forever)).toEqual([]);
    expect(fs.readdirSync(join(stage.root, 'queue/agent-info'))).toEqual(['a2-any']);
    await stage.manager.close();
  });

  it('forgets by the old name where another agent has the id now, and gives again what that one said too early', async () => {
    const stage = await filesStage();
    await stage.addAgents([1, 2]);
    for (const id of [1, 2]) await stage.keepsAlive(id, 'v1');
    await (await stage.manager.seen(forever)).remembered();
    put(stage.root, 'queue/agent-groups/001', 'web\n');
    fs.writeFileSync(join(stage.root, 'etc/client.keys'), `001 new any ${key()}\n002 a2 any ${key()}\n`);
    await stage.keys.refresh();
    put(stage.root, at('new-any'), content(1, 'v1'));
    await stage.pass(61);
    await (await stage.manager.seen(forever)).remembered();
    expect(await stage.manager.forget([1], forever)).toEqual([]);
    expect(fs.readdirSync(join(stage.root, 'queue/agent-info')).sort()).toEqual(['a2-any', 'new-any']);
    expect(fs.readdirSync(join(stage.root, 'queue/agent-groups'))).toEqual(['001']);
    expect((await stage.manager.seen(forever)).agents.map(({ id }) => id)).toEqual([1]);
    await stage.manager.close();
  });
});
