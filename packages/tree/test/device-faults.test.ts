import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk, DiskStep } from '../src/index.ts';
import { DiskError } from '../src/index.ts';
import { cleanUp, disk, type Node, newRoot, onDisk, openNode, put, replicate } from './rig.ts';

afterAll(cleanUp);

interface Faults {
  step?: ((step: DiskStep) => string | undefined) | undefined;
  sync?: ((directories: readonly string[]) => string | undefined) | undefined;
  replace?: (() => string | undefined) | undefined;
}

/** The real disk, on which what `faults` names fails for as long as it does. */
const faulty = (faults: Faults): Disk => ({
  ...disk,
  steps: async (steps) => {
    const outcomes = [];
    for (const step of steps) {
      const code = faults.step?.(step);
      const path = 'path' in step ? step.path : step.from;
      if (code !== undefined) outcomes.push({ ok: false as const, failure: { code, path } });
      else outcomes.push(...(await disk.steps([step])));
    }
    return outcomes;
  },
  sync: async (files, directories) => {
    const code = faults.sync?.(directories);
    if (code !== undefined) throw new DiskError(code, 'sync');
    await disk.sync(files, directories);
  },
  replace: async (path, bytes, mode) => {
    const code = faults.replace?.();
    if (code !== undefined) throw new DiskError(code, path);
    await disk.replace(path, bytes, mode);
  },
});

const deviceFaults = ['EIO', 'ENOSPC', 'EDQUOT'];
/** Of the journal and what is its own, also that nothing may be written. */
const stateFaults = [...deviceFaults, 'EROFS'];
const journalOf = ({ root }: Node): string => join(root, 'queue/cluster/muster/journal');

async function openPair(faults: Faults): Promise<readonly [master: Node, worker: Node]> {
  const [master, worker] = [await openNode(), await openNode({ mode: 'worker', on: faulty(faults) })];
  for (const name of ['a', 'b', 'c', 'sub/d']) put(master.root, `etc/rules/${name}`, `new ${name}`);
  for (const name of ['b', 'old', 'gone/old']) put(worker.root, `etc/rules/${name}`, `old ${name}`);
  return [master, worker];
}

const isTarget = (step: DiskStep, end: string): boolean =>
  step.do === 'rename' && !step.to.includes('/trash/') && step.to.endsWith(end);

describe('a device that fails after the journal was written', () => {
  it.each(deviceFaults)('%s at a rename rejects and keeps the journal; the next try finishes it', async (code) => {
    const faults: Faults = { step: (step) => (isTarget(step, '/b') ? code : undefined) };
    const [master, worker] = await openPair(faults);
    await expect(replicate(master, worker)).rejects.toMatchObject({ name: 'DiskError', code });
    expect(fs.existsSync(journalOf(worker))).toBe(true);
    expect(fs.readFileSync(join(worker.root, 'etc/rules/b'), 'utf8')).toBe('old b');
    await expect(replicate(master, worker)).rejects.toMatchObject({ code });
    faults.step = undefined;
    await expect(replicate(master, worker)).rejects.toMatchObject({ code: 'ROLLED_FORWARD' });
    expect(fs.existsSync(journalOf(worker))).toBe(false);
    expect(onDisk(worker.root)).toEqual(onDisk(master.root));
    expect((await replicate(master, worker)).result).toMatchObject({ written: 0, removed: 0, failures: [] });
    expect((await worker.scan()).tree.root).toBe(master.tree().root);
  });

  it.each(deviceFaults)('%s at a removal does the same, and at the next start', async (code) => {
    const faults: Faults = { step: (step) => (step.do === 'rename' && step.to.includes('/trash/') ? code : undefined) };
    const [master, worker] = await openPair(faults);
    await expect(replicate(master, worker)).rejects.toMatchObject({ code });
    await expect(worker.replicator.recover()).rejects.toMatchObject({ code });
    expect(fs.existsSync(journalOf(worker))).toBe(true);
    const restarted = await openNode({ root: worker.root, mode: 'worker' });
    expect(await restarted.replicator.recover()).toEqual({ found: 'journal', renamed: 0, removed: 2, failures: [] });
    expect(onDisk(worker.root)).toEqual(onDisk(master.root));
  });

  it('at the sync of the renames does the same', async () => {
    let syncs = 0;
    const faults: Faults = { sync: () => (++syncs === 2 ? 'EIO' : undefined) };
    const [master, worker] = await openPair(faults);
    await expect(replicate(master, worker)).rejects.toMatchObject({ code: 'EIO' });
    expect(fs.existsSync(journalOf(worker))).toBe(true);
    expect(await worker.replicator.recover()).toMatchObject({ found: 'journal', failures: [] });
    expect(onDisk(worker.root)).toEqual(onDisk(master.root));
  });

  it('at the end of the journal itself does the same', async () => {
    const faults: Faults = {
      step: (step) => (step.do === 'unlink' && step.path.endsWith('/journal') ? 'EROFS' : undefined),
    };
    const [master, worker] = await openPair(faults);
    await expect(replicate(master, worker)).rejects.toMatchObject({ code: 'EROFS' });
    faults.step = undefined;
    await expect(replicate(master, worker)).rejects.toMatchObject({ code: 'ROLLED_FORWARD' });
    expect((await replicate(master, worker)).result).toMatchObject({ written: 0, failures: [] });
  });

  it('never rolls an old journal over what a later plan wrote', async () => {
    const faults: Faults = { step: (step) => (isTarget(step, '/b') ? 'EIO' : undefined) };
    const [master, worker] = await openPair(faults);
    await expect(replicate(master, worker)).rejects.toMatchObject({ code: 'EIO' });
    faults.step = undefined;
    put(master.root, 'etc/rules/b', 'newer b');
    fs.rmSync(join(master.root, 'etc/rules/a'));
    await expect(replicate(master, worker)).rejects.toMatchObject({ code: 'ROLLED_FORWARD' });
    await replicate(master, worker);
    expect(onDisk(worker.root)).toEqual(onDisk(master.root));
    expect((await worker.replicator.recover()).found).toBe('nothing');
    expect(fs.readFileSync(join(worker.root, 'etc/rules/b'), 'utf8')).toBe('newer b');
  });
});

describe('a device that fails before the journal was written', () => {
  const before = ['etc/rules/b', 'etc/rules/gone/', 'etc/rules/gone/old', 'etc/rules/old'];

  it.each(stateFaults)('%s at the sync of what was staged leaves the tree as it was', async (code) => {
    const [master, worker] = await openPair({ sync: () => code });
    await expect(replicate(master, worker)).rejects.toMatchObject({ code });
    expect(onDisk(worker.root, 'etc/rules')).toEqual(before);
  });

  it.each(stateFaults)('%s at the journal leaves the tree as it was', async (code) => {
    const [master, worker] = await openPair({ replace: () => code });
    await expect(replicate(master, worker)).rejects.toMatchObject({ code });
    expect(onDisk(worker.root, 'etc/rules')).toEqual(before);
    expect(fs.existsSync(journalOf(worker))).toBe(false);
  });

  it('a journal that can neither be finished nor removed keeps what it speaks of', async () => {
    const [master, worker] = await openPair({});
    const inner = faulty({ step: (step) => (step.do === 'unlink' ? 'EROFS' : undefined) });
    const on: Disk = {
      ...inner,
      replace: async (path, bytes, mode) => {
        await disk.replace(path, bytes, mode);
        throw new DiskError('EROFS', path);
      },
    };
    const broken = await openNode({ root: worker.root, mode: 'worker', on });
    await expect(replicate(master, broken)).rejects.toMatchObject({ code: 'EROFS' });
    expect(await (await openNode({ root: worker.root, mode: 'worker' })).replicator.recover()).toMatchObject({
      found: 'journal',
      renamed: 4,
      removed: 2,
      failures: [],
    });
    expect(onDisk(worker.root)).toEqual(onDisk(master.root));
  });
});

describe('a path that fails after the journal was written', () => {
  it.each(['EISDIR', 'EACCES', 'EROFS'])(
    '%s concerns that path alone; the journal ends, nothing staged is left',
    async (code) => {
      const [master, worker] = await openPair({ step: (step) => (isTarget(step, '/b') ? code : undefined) });
      const { result } = await replicate(master, worker);
      expect(result).toMatchObject({ written: 3, removed: 2, failures: [{ path: 'etc/rules/b', code }] });
      expect(fs.existsSync(journalOf(worker))).toBe(false);
      expect(onDisk(worker.root)).toEqual(onDisk(master.root));
    },
  );

  it('is reported by recovery too', async () => {
    const faults: Faults = { step: (step) => (isTarget(step, '/b') ? 'EIO' : undefined) };
    const [master, worker] = await openPair(faults);
    await expect(replicate(master, worker)).rejects.toMatchObject({ code: 'EIO' });
    faults.step = (step) => (isTarget(step, '/b') ? 'EACCES' : undefined);
    expect(await worker.replicator.recover()).toMatchObject({
      found: 'journal',
      failures: [{ path: 'etc/rules/b', code: 'EACCES', text: expect.stringContaining('permission denied') }],
    });
    expect(fs.existsSync(journalOf(worker))).toBe(false);
    expect((await worker.scan()).leftovers).toEqual([]);
  });

  it('a directory that vanishes before the rename is a failure of its files, not a silence', async () => {
    const [master, worker] = await openPair({
      step: (step) => {
        if (isTarget(step, '/sub/d')) fs.rmSync(join(worker.root, 'etc/rules/sub'), { recursive: true });
        return undefined;
      },
    });
    const { result } = await replicate(master, worker);
    expect(result).toMatchObject({ written: 3, failures: [{ path: 'etc/rules/sub/d', code: 'ENOENT' }] });
  });

  it('a directory that becomes a symlink between check and rename is not followed', async () => {
    const outside = newRoot();
    for (const victim of ['sub', 'gone']) {
      const at = join('etc/rules', victim);
      const [master, worker] = await openPair({
        replace: () => {
          fs.rmSync(join(worker.root, at), { recursive: true, force: true });
          fs.mkdirSync(join(outside, victim), { recursive: true });
          fs.writeFileSync(join(outside, victim, 'old'), 'not ours');
          fs.symlinkSync(join(outside, victim), join(worker.root, at));
          return undefined;
        },
      });
      const { result } = await replicate(master, worker);
      expect(result.failures).toContainEqual(expect.objectContaining({ code: 'ELOOP' }));
      expect(fs.readdirSync(join(outside, victim))).toEqual(['old']);
      expect(fs.readFileSync(join(outside, victim, 'old'), 'utf8')).toBe('not ours');
      expect(await worker.replicator.recover()).toMatchObject({ found: 'nothing' });
    }
  });
});
