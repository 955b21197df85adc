import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk, DiskStep, Staged } from '../src/index.ts';
import { cleanUp, disk, newRoot, onDisk, openNode, put, replicate } from './rig.ts';

afterAll(cleanUp);

const pathsOf = (step: DiskStep): string[] => (step.do === 'rename' ? [step.from, step.to] : [step.path]);

/** The real disk, on which nothing can be changed below `readOnly` (absolute): as another mount, read-only. */
const withReadOnly = (readOnly: string): Disk => {
  const isBelow = (path: string): boolean => path.startsWith(`${readOnly}/`);
  const refusalOf = (step: DiskStep): string | undefined => {
    if (!pathsOf(step).some(isBelow)) return undefined;
    if (step.do === 'make-directory' && fs.existsSync(step.path)) return undefined;
    return pathsOf(step).every(isBelow) ? 'EROFS' : 'EXDEV';
  };
  return {
    ...disk,
    openStager: async () => {
      const stager = await disk.openStager();
      const spoil = (one: Staged): Staged => {
        if (!isBelow(one.path)) return one;
        fs.rmSync(one.path, { force: true });
        const code = one.ok ? 'EROFS' : one.failure.code;
        return { ok: false, path: one.path, failure: { code, path: one.path } };
      };
      return { ...stager, finish: async () => (await stager.finish()).map(spoil) };
    },
    steps: async (steps) => {
      const outcomes = [];
      for (const step of steps) {
        const code = refusalOf(step);
        const path = pathsOf(step)[0]!;
        outcomes.push(
          code === undefined ? (await disk.steps([step]))[0]! : { ok: false as const, failure: { code, path } },
        );
      }
      return outcomes;
    },
  };
};

describe('a table directory that is mounted read-only', () => {
  it('fails file by file, whatever was to be done in it; all else of the plan is done', async () => {
    const root = newRoot();
    const master = await openNode();
    const worker = await openNode({ root, mode: 'worker', on: withReadOnly(join(root, 'etc/lists')) });
    for (const path of ['etc/lists/old', 'etc/lists/gone/f', 'etc/rules/old', 'etc/shared/gone/f']) put(root, path);
    for (const path of ['etc/lists/new', 'etc/lists/sub/f', 'etc/rules/new', 'etc/shared/g/f']) put(master.root, path);
    fs.mkdirSync(join(master.root, 'etc/lists/empty'));
    const { result } = await replicate(master, worker);
    expect(result).toMatchObject({ written: 2, removed: 2 });
    expect(new Set(result.failures.map(({ path, code }) => `${code} ${path}`))).toEqual(
      new Set([
        'EROFS etc/lists/empty',
        'EROFS etc/lists/gone',
        'EROFS etc/lists/gone/f',
        'EROFS etc/lists/new',
        'EROFS etc/lists/old',
        'EROFS etc/lists/sub',
        'EROFS etc/lists/sub/f',
      ]),
    );
    expect(result.failures[0]!.text).toContain('mount it writable');
    expect(onDisk(root)).toEqual([
      'etc/lists/',
      'etc/lists/gone/',
      'etc/lists/gone/f',
      'etc/lists/old',
      'etc/rules/',
      'etc/rules/new',
      'etc/shared/',
      'etc/shared/g/',
      'etc/shared/g/f',
    ]);
    expect(fs.existsSync(join(root, 'queue/cluster/muster/journal'))).toBe(false);
  });

  it('leaves no copies in the trash of what could not be removed', async () => {
    const root = newRoot();
    const worker = await openNode({ root, mode: 'worker', on: withReadOnly(join(root, 'etc/lists')) });
    put(root, 'etc/lists/old');
    fs.chmodSync(join(root, 'etc/lists/old'), 0o660);
    const { result } = await replicate(await openNode(), worker);
    expect(result).toMatchObject({ removed: 0, failures: [{ path: 'etc/lists/old', code: 'EROFS' }] });
    expect(onDisk(root, 'queue/cluster/muster').filter((path) => path.endsWith('/old'))).toEqual([]);
  });
});
