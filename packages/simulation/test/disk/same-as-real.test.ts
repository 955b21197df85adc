/** The simulated disk and the real one, side by side: whatever is done, both answer the same. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Disk, type DiskStep, nodeDisk } from '@muster/tree';
import fc from 'fast-check';
import { bytes, openRig } from './rig.ts';

const real = nodeDisk({ hashThreads: 1 });
const folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'muster-same-')));
afterAll(async () => {
  await real.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const within = fc.constantFrom(undefined, '', '/a');
const content = fc.constantFrom('', 'x', 'content', 'y'.repeat(300));
const mode = fc.constantFrom(0o600, 0o644, 0o770);

const step = fc.oneof(
  fc.record({ do: fc.constant('rename' as const), from: path, to: path, within }),
  fc.record({ do: fc.constant('unlink' as const), path, within }),
  fc.record({ do: fc.constant('make-directory' as const), path, mode, within }),
  fc.record({ do: fc.constant('remove-directory' as const), path, within }),
  fc.record({ do: fc.constant('chmod' as const), path, mode, within }),
  fc.record({ do: fc.constant('set-mtime' as const), path, mtimeMs: fc.nat(), within }),
);
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant('steps' as const), steps: fc.array(step, { maxLength: 4 }) }) },
  fc.record({ what: fc.constant('replace' as const), path, content, mode }),
  fc.record({ what: fc.constant('stage' as const), path, content, mode, short: fc.boolean(), within }),
  fc.record({ what: fc.constant('look' as const), path }),
  fc.record({ what: fc.constant('symlink' as const), path, target: path }),
  fc.record({ what: fc.constant('write' as const), path, content }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** What one of the two worlds offers. */
interface Side {
  readonly root: string;
  readonly disk: Disk;
  symlink(path: string, target: string): boolean;
  write(path: string, content: string): boolean;
  done<T>(promise: Promise<T>): Promise<T | 'never'>;
}

const tried = (act: () => void): boolean => {
  try {
    act();
    return true;
  } catch {
    return false;
  }
};

function realSide(root: string): Side {
  fs.mkdirSync(root);
  return {
    root,
    disk: real,
    done: (promise) => promise,
    symlink: (at, target) => tried(() => fs.symlinkSync(`${root}/${target}`, `${root}/${at}`)),
    write: (at, text) =>
      tried(() => {
        const there = `${root}/${at}`;
        fs.mkdirSync(dirname(there), { recursive: true });
        if (fs.lstatSync(there, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw new Error('not followed');
        fs.writeFileSync(there, text);
        fs.chmodSync(there, 0o660);
      }),
  };
}

function simulatedSide(root: string, yieldAfterStep: number): Side {
  const { files, disk, done } = openRig();
  files.makeDirectory(root, 'operator');
  files.faults.yieldAfterStep = yieldAfterStep;
  return {
    root,
    disk,
    done,
    symlink: (at, target) => files.symlink(`${root}/${at}`, `${root}/${target}`, 'operator'),
    write: (at, text) => {
      const there = `${root}/${at}`;
      if (!files.makeDirectory(dirname(there), 'operator') || files.mode(there) === 0o777) return false;
      return files.write(there, bytes(text), 'operator') && files.chmod(there, 0o660, 'operator');
    },
  };
}

/** Without what differs between any two disks: inodes, devices, times, sizes of directories. */
const shown = (value: unknown, root: string): string =>
  JSON.stringify(value, (key, part: unknown) => {
    if (['inode', 'device', 'mtimeNs', 'ctimeNs', 'packed', 'uid', 'gid'].includes(key)) return undefined;
    const one = part as { kind?: unknown; size?: unknown };
    return typeof part === 'object' && part !== null && one.kind !== undefined && one.kind !== 'file'
      ? { kind: one.kind }
      : part;
  }).replaceAll(root, 'R');

const failure = (error: unknown): unknown => (error as { code?: unknown }).code;
const withinOf = (root: string, below: string | undefined) =>
  below === undefined ? {} : { within: `${root}${below}` };

function stepAt(
  root: string,
  { within: below, ...one }: typeof step extends fc.Arbitrary<infer T> ? T : never,
): DiskStep {
  const at =
    one.do === 'rename' ? { from: `${root}/${one.from}`, to: `${root}/${one.to}` } : { path: `${root}/${one.path}` };
  return { ...one, ...at, ...withinOf(root, below) } as DiskStep;
}

async function stage({ root, disk, done }: Side, one: Extract<Action, { what: 'stage' }>): Promise<unknown> {
  const stager = await disk.openStager();
  const size = one.content.length + (one.short ? 1 : 0);
  stager.begin({ path: `${root}/${one.path}`, mode: one.mode, size, ...withinOf(root, one.within) });
  await done(stager.write(bytes(one.content)));
  return done(stager.finish());
}

async function look({ root, disk, done }: Side, at: string): Promise<unknown> {
  const there = `${root}/${at}`;
  const listings = (await done(disk.list([root, there]))) as Awaited<ReturnType<Disk['list']>>;
  return [
    listings.map((one) => (one.ok ? [one.names, one.names.map((_, index) => one.stats.at(index))] : one.failure)),
    await done(disk.stat([there])),
    await done(disk.realpath([there])),
    await done(disk.digest([there], new AbortController().signal)),
    await done(disk.read(there, 100).then((read) => read && Buffer.from(read).toString(), failure)),
    await done(disk.openReader(there).then((reader) => reader.close(), failure)),
    await done(disk.sync([there], [dirname(there), there]).then(() => 'synced', failure)),
  ];
}

async function take(side: Side, one: Action): Promise<unknown> {
  const { root, disk, done } = side;
  switch (one.what) {
    case 'steps':
      return done(disk.steps(one.steps.map((each) => stepAt(root, each))));
    case 'replace':
      return done(disk.replace(`${root}/${one.path}`, bytes(one.content), one.mode).then(() => 'replaced', failure));
    case 'stage':
      return stage(side, one);
    case 'look':
      return look(side, one.path);
    case 'symlink':
      return side.symlink(one.path, one.target);
    case 'write':
      return side.write(one.path, one.content);
  }
}

let runs = 0;
it.each([0, 1])('answers as the real one does, whatever is done (interrupted with probability %d)', async (yields) => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 14 }), async (actions) => {
      runs += 1;
      const root = join(folder, String(runs));
      const [one, other] = [realSide(root), simulatedSide(root, yields)];
      for (const each of [...actions, { what: 'look', path: 'a' } as const, { what: 'look', path: 'b/c' } as const]) {
        const expected = shown(await take(one, each), root);
        expect([each, shown(await take(other, each), root)]).toEqual([each, expected]);
      }
    }),
    { numRuns: 60 },
  );
});
