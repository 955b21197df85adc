import * as fs from 'node:fs';
import { join } from 'node:path';
import { isStagedName } from '../src/index.ts';
import { Crashed, crashingDisk } from './crash-disk.ts';
import { cleanUp, disk, type Node, newRoot, onDisk, openNode, put, replicate } from './rig.ts';

afterAll(cleanUp);

const statePath = 'queue/cluster/muster';

/** Every kind of change at once: new, replaced, removed, moved, file for directory and the reverse, drifted modes. */
function fillMaster(root: string): void {
  for (const name of ['new', 'replaced', 'deep/er/new', 'fileForDirectory', 'directoryForFile/f'])
    put(root, `etc/rules/${name}`, `master ${name}`);
  put(root, 'etc/rules/same', 'same');
  put(root, 'etc/client.keys', 'master keys');
  fs.mkdirSync(join(root, 'etc/lists/empty/below'), { recursive: true });
}

function fillWorker(root: string): void {
  for (const name of ['replaced', 'removed', 'old/er/removed', 'fileForDirectory/deep/f', 'directoryForFile'])
    put(root, `etc/rules/${name}`, `worker ${name}`);
  put(root, 'etc/shared/group/agent.conf', 'worker group');
  put(root, 'etc/shared/group/ar.conf', 'worker ar');
  put(root, 'etc/rules/same', 'same');
  put(root, 'etc/rules/drifted', 'removed and drifted');
  put(root, 'etc/rules/.muster-0123456789abcdef-0.tmp', 'left over');
  fs.mkdirSync(join(root, 'etc/lists/goes'));
  fs.chmodSync(join(root, 'etc/rules/same'), 0o777);
}

const contentsOf = (root: string): Map<string, string> =>
  new Map(
    onDisk(root)
      .filter((path) => !path.endsWith('/') && !isStagedName(path.slice(path.lastIndexOf('/') + 1)))
      .map((path) => [path, fs.readFileSync(join(root, path), 'utf8')]),
  );

/** What lies under a synchronised name is what one of the two had there. */
function expectNothingTorn(root: string, before: Map<string, string>, wanted: Map<string, string>): void {
  for (const [path, content] of contentsOf(root)) expect([before.get(path), wanted.get(path)]).toContain(content);
}

/** Which phase the disk was left in: what the crash interrupted. */
function phaseOf(root: string, log: readonly string[]): string {
  const journal = join(root, statePath, 'journal');
  const torn = fs.existsSync(`${journal}.new`);
  const staged = onDisk(root).filter((path) => isStagedName(path.slice(path.lastIndexOf('/') + 1))).length;
  if (!fs.existsSync(journal)) {
    if (torn) return 'journal torn';
    const written = log.indexOf(`replace ${journal}`);
    if (written >= 0 && log.lastIndexOf(`unlink ${journal}`) > written) return 'ended';
    return staged > 1 ? 'staged' : 'nothing';
  }
  const renames = log.filter((call) => /^rename .*\/etc\//.test(call) && !call.includes('/trash/')).length;
  const trashed = log.filter((call) => call.startsWith('rename ') && call.includes('/trash/')).length;
  if (trashed === 0 && renames === 0) return 'journal whole';
  if (staged > 0) return renames === 0 ? 'room made' : 'some renamed';
  return trashed < 8 ? 'all renamed' : 'deleted';
}

let master: Node;
let wanted: Map<string, string>;

beforeAll(async () => {
  master = await openNode();
  fillMaster(master.root);
  wanted = contentsOf(master.root);
});

/** A worker that dies at its `crashAt`-th call. */
async function crashed(
  crashAt: number,
): Promise<{ root: string; before: Map<string, string>; log: string[]; ended: boolean }> {
  const root = newRoot();
  fillWorker(root);
  const before = contentsOf(root);
  const crashing = crashingDisk(disk, crashAt);
  let ended = true;
  try {
    const worker = await openNode({ root, mode: 'worker', on: crashing.disk });
    await worker.replicator.recover();
    await replicate(master, worker);
    await worker.scanner.save();
  } catch (error) {
    if (!(error instanceof Crashed)) throw error;
    ended = false;
  }
  await crashing.settle();
  return { root, before, log: crashing.log, ended };
}

/** The same worker, started again, on a disk that may die once more. */
async function healed(root: string, crashAt?: number): Promise<boolean> {
  const crashing = crashingDisk(disk, crashAt);
  try {
    const worker = await openNode({ root, mode: 'worker', on: crashing.disk });
    await worker.replicator.recover();
    const { result } = await replicate(master, worker);
    expect(result).toMatchObject({ failures: [], missing: [] });
    expect((await worker.scan()).tree.root).toBe(master.tree().root);
  } catch (error) {
    if (!(error instanceof Crashed)) throw error;
    return false;
  } finally {
    await crashing.settle();
  }
  return true;
}

function expectWhole(root: string): void {
  expect(contentsOf(root)).toEqual(wanted);
  expect(onDisk(root)).toEqual(onDisk(master.root));
  expect(fs.statSync(join(root, 'etc/rules/same')).mode & 0o7777).toBe(0o660);
  expect(fs.readdirSync(join(root, statePath)).filter((name) => name.startsWith('journal'))).toEqual([]);
}

/** What was removed lies in the trash, whole, wherever the crash fell. */
function expectTrash(root: string): void {
  const trash = join(root, statePath, 'trash');
  const folders = fs.readdirSync(trash);
  expect(folders.length).toBeLessThanOrEqual(8);
  const kept = new Map(folders.flatMap((each) => [...contentsOf(join(trash, each))]));
  for (const path of [
    'etc/rules/removed',
    'etc/rules/old/er/removed',
    'etc/rules/drifted',
    'etc/shared/group/agent.conf',
  ])
    expect(kept.has(path)).toBe(true);
  expect(kept.get('etc/rules/fileForDirectory/deep/f')).toBe('worker fileForDirectory/deep/f');
}

describe('a worker that dies at any call of a replication', () => {
  it('holds no torn file, finishes or starts over, and leaves nothing behind', async () => {
    const phases = new Map<string, number>();
    let calls = 0;
    for (let crashAt = 0; ; crashAt++) {
      const { root, before, log, ended } = await crashed(crashAt);
      const phase = phaseOf(root, log);
      phases.set(phase, (phases.get(phase) ?? 0) + 1);
      expectNothingTorn(root, before, wanted);
      expect(await healed(root)).toBe(true);
      expectWhole(root);
      expectTrash(root);
      fs.rmSync(root, { recursive: true });
      if (ended) break;
      calls = crashAt + 1;
    }
    process.stdout.write(`${calls} calls: ${JSON.stringify([...phases])}\n`);
    for (const phase of [
      'nothing',
      'staged',
      'journal torn',
      'journal whole',
      'room made',
      'some renamed',
      'all renamed',
      'ended',
    ])
      expect([phase, (phases.get(phase) ?? 0) > 0]).toEqual([phase, true]);
  });

  it('also when it dies again at any call of the recovery', async () => {
    const { log } = await crashed(Number.POSITIVE_INFINITY);
    const renames = [...log.keys()].filter((at) => log[at]!.startsWith('rename '));
    const journal = log.findIndex((call) => call.startsWith('replace '));
    for (const first of [journal + 1, renames[4]!]) {
      for (let second = first % 7; ; second += 7) {
        const { root, before } = await crashed(first);
        const done = await healed(root, second);
        expectNothingTorn(root, before, wanted);
        if (!done) expect(await healed(root)).toBe(true);
        expectWhole(root);
        fs.rmSync(root, { recursive: true });
        if (done) break;
      }
    }
  });
});
