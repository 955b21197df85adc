import type { SeenFile } from '../src/compare.ts';
import { type LabNode, labNodes } from '../src/layout.ts';
import { held } from '../src/results.ts';
import { type Bench, verify } from '../src/verify.ts';

const nodes = labNodes('/lab', 2);
const names = ['etc/rules/a.xml', 'etc/rules/b.xml', 'etc/rules/c.xml', 'etc/decoders/d.xml', 'etc/lists/e'];

/** A cluster in memory: every pause, `heal` runs on each worker's files; time passes only in pauses. */
function bench(heal: (master: Map<string, SeenFile>, worker: Map<string, SeenFile>, now: number) => void): Bench {
  let now = 0;
  const disks = new Map(nodes.map((node) => [node, new Map<string, SeenFile>()]));
  const disk = (node: LabNode) => disks.get(node)!;
  for (const path of names) disk(nodes[0]!).set(path, { digest: path, mode: 0o600 });
  return {
    nodes,
    look: async (node, paths) =>
      new Map([...disk(node)].filter(([path]) => paths === undefined || paths.includes(path))),
    modeOf: () => 0o660,
    inSync: async () => true,
    write: async (node, path, text) => void disk(node).set(path, { digest: text, mode: 0o600 }),
    remove: async (node, path) => void disk(node).delete(path),
    rename: async (node, from, to) => {
      disk(node).set(to, disk(node).get(from)!);
      disk(node).delete(from);
    },
    kill: () => {},
    now: () => now,
    pause: async (ms) => {
      now += ms;
      for (const worker of nodes.slice(1)) heal(disk(nodes[0]!), disk(worker), now);
    },
    progress: () => {},
    over: () => false,
  };
}

const copy = (master: Map<string, SeenFile>, worker: Map<string, SeenFile>): void => {
  worker.clear();
  for (const [path, file] of master) worker.set(path, { ...file, mode: 0o660 });
};

const broken = async (world: Bench, forMs = 60_000): Promise<readonly string[]> =>
  (await verify(world, forMs)).filter((step) => step.broken !== '').map((step) => step.name);

describe('the verification', () => {
  it('holds for a cluster that heals everything, and takes nine steps', async () => {
    const results = await verify(bench(copy), 60_000);
    expect(held(results)).toBe(true);
    expect(results).toHaveLength(9);
  });

  it('measures from the act to the moment it is seen', async () => {
    const late = (master: Map<string, SeenFile>, worker: Map<string, SeenFile>, now: number): void => {
      if (now % 100 === 0) copy(master, worker);
    };
    const results = await verify(bench(late), 60_000);
    expect(results.map(({ tookMs }) => tookMs)).toEqual(Array.from({ length: 9 }, () => 100));
  });

  it('names what a cluster does not delete', async () => {
    const greedy = (master: Map<string, SeenFile>, worker: Map<string, SeenFile>): void => {
      for (const [path, file] of master) worker.set(path, { ...file, mode: 0o660 });
    };
    expect(await broken(bench(greedy))).toEqual([
      'deletion on the master',
      'rename on the master',
      'edit on a worker',
      'stray file on a worker',
      'deletion on a worker',
      'kill -9 of a worker, and an edit meanwhile',
    ]);
  });

  it('names wrong modes', async () => {
    const modeless = (master: Map<string, SeenFile>, worker: Map<string, SeenFile>): void => {
      worker.clear();
      for (const [path, file] of master) worker.set(path, file);
    };
    const [first] = await verify(bench(modeless), 60_000);
    expect(first?.broken).toContain('has mode 0600, not 0660');
  });

  it('does not hold where the nodes say that they are not in sync', async () => {
    const [first] = await verify({ ...bench(copy), inSync: async () => false }, 60_000);
    expect(first?.broken).toBe('the master does not call master in sync');
  });

  it('ends in time on a cluster that does nothing', async () => {
    const world = bench(() => {});
    expect((await verify(world, 5_000)).every((step) => step.broken !== '')).toBe(true);
    expect(world.now()).toBeLessThanOrEqual(5_010);
  });

  it.each([
    [20_000, 15_000],
    [100_000, 50_000],
  ])('in %i ms waits %i ms for one step: a slow machine is given more time', async (forMs, stepMs) => {
    let now = 0;
    const world = {
      ...bench(() => {}),
      now: () => now,
      pause: async (ms: number) => {
        now += ms;
      },
    };
    const began: number[] = [];
    await verify({ ...world, progress: () => void began.push(now) }, forMs);
    expect(began[1]).toBe(stepMs);
  });

  it('does nothing more once nobody waits for the outcome', async () => {
    let over = false;
    const world = bench(() => {
      over = true;
    });
    const write = () => Promise.reject(new Error('it is over'));
    const results = await verify({ ...world, write, over: () => over }, 60_000);
    expect(results.map(({ name }) => name)).toEqual(['first sync']);
    expect(world.now()).toBe(10);
  });

  it('tells of a step that could not be done', async () => {
    const remove = () => Promise.reject(new Error('EROFS: read-only file system'));
    const results = await verify({ ...bench(copy), remove }, 60_000);
    expect(results.find(({ name }) => name === 'deletion on the master')?.broken).toContain('EROFS');
  });

  it('says so when there is too little to change', async () => {
    const world = bench(copy);
    for (const path of names.slice(0, 2)) await world.remove(nodes[0]!, path);
    expect(await broken(world)).toEqual(['changes']);
  });
});
