import * as fs from 'node:fs';
import { join } from 'node:path';
import { manualClock } from '@muster/actor/testing';
import { type Disk, defaultExclusions, openTreeWatcher } from '../src/index.ts';
import { unknown } from '../src/known.ts';
import { statFields, statsOf } from '../src/packed.ts';
import { dropGone, joinVisits, visited, type Walk } from '../src/visit.ts';
import { cleanUp, disk, newRoot, openNode, put, replicate, table } from './rig.ts';

afterAll(cleanUp);

const groups = (count: number): string[] => Array.from({ length: count }, (_, index) => `etc/shared/g${index}`);

describe('thousands of directories that go at once', () => {
  it('are removed in a few disk calls, not one each', async () => {
    let calls = 0;
    const steps: Disk['steps'] = (all) => {
      calls++;
      return disk.steps(all);
    };
    const master = await openNode();
    const worker = await openNode({ mode: 'worker', on: { ...disk, steps } });
    for (const group of groups(500)) put(worker.root, `${group}/agent.conf`);
    const { result } = await replicate(master, worker);
    expect(result).toMatchObject({ removed: 500, failures: [] });
    expect(fs.readdirSync(join(worker.root, 'etc/shared'))).toEqual([]);
    expect(calls).toBeLessThan(15);
  });

  it('are dropped from what is known in one pass over it', () => {
    const entry = table[1]!;
    let passes = 0;
    const draft = new Map(groups(1_000).map((group) => [group, unknown(group, entry)]));
    const iterate = draft[Symbol.iterator].bind(draft);
    Object.assign(draft, {
      [Symbol.iterator]: () => {
        passes++;
        return iterate();
      },
    });
    const options = { table, exclusions: defaultExclusions, maxFileBytes: 1, drift: undefined, learned: new Map() };
    const walk: Walk = {
      draft,
      options: { ...options, asked: new Set() },
      mode: 'master',
      changed: [],
      gone: new Set(),
      kept: new Set(),
    };
    const above = groups(999).flatMap((directory) => {
      const failure = { code: 'ENOENT', path: directory };
      return visited(walk, { directory, entry, deep: false }, { ok: false, directory, failure });
    });
    const [parent, ...others] = joinVisits(above);
    expect(others).toEqual([]);
    const stats = statsOf(new BigInt64Array(statFields));
    visited(walk, parent!, { ok: true, directory: 'etc/shared', names: ['g999'], stats, notUtf8: [] });
    expect(passes).toBe(0);
    dropGone(walk);
    expect([...draft.keys()]).toEqual(['etc/shared/g999']);
    expect(passes).toBe(1);
  });

  it('are each looked for once more by the watcher, however often those beside them change', async () => {
    const told = new Map<string, (name?: string) => void>();
    let tries = 0;
    let goneAll = false;
    const watch: Disk['watch'] = (directory, changed) => {
      tries++;
      if (goneAll && directory !== '/r/etc/shared') throw new Error('gone');
      told.set(directory, changed);
      return { close: () => {} };
    };
    const clock = manualClock();
    const directories = ['etc/shared', ...groups(400)];
    const hints: string[] = [];
    const dirty = (some: ReadonlySet<string>): void => void hints.push(...some);
    const on: Disk = { ...disk, watch };
    const watcher = openTreeWatcher({
      disk: on,
      clock,
      root: '/r',
      coalesceMs: 50,
      directories,
      dirty,
      exhausted: () => {},
    });
    await clock.advance(50);
    goneAll = true;
    hints.length = 0;
    for (const group of groups(400)) {
      told.get('/r/etc/shared')?.(group.slice('etc/shared/'.length));
      await clock.advance(50);
    }
    expect(new Set(hints)).toEqual(new Set(directories));
    expect(tries).toBe(401 + 400);
    goneAll = false;
    told.get('/r/etc/shared')?.('g7');
    await clock.advance(50);
    expect(tries).toBe(401 + 401);
    watcher.close();
  });
});

describe('a table directory that is gone', () => {
  it('keeps what was known below it, also when the directories below it were looked at first', async () => {
    const node = await openNode({ root: newRoot() });
    put(node.root, 'etc/rules/deep/a');
    await node.scan();
    fs.renameSync(join(node.root, 'etc/rules'), join(node.root, 'away'));
    for (let scans = 0; scans < 2; scans++) {
      const { problems, tree } = await node.scan(new Set(['etc/rules/deep', 'etc/rules']));
      expect(problems).toMatchObject([{ code: 'missing-directory', path: 'etc/rules' }]);
      expect([...(tree.directories.get('etc/rules/deep')?.files.keys() ?? [])]).toEqual(['a']);
    }
  });
});
