import fc from 'fast-check';
import type { DiskStep, StagedWrite } from '../src/disk.ts';
import { join, joinFiles, joinSteps, split, splitFiles, splitSteps } from '../src/node/joined.ts';

const path = fc.string().filter((text) => !text.includes('\0'));
const mode = fc.integer({ min: 0, max: 0o7777 });
const owner = fc.record({ uid: fc.nat(), gid: fc.nat() });
const change: fc.Arbitrary<DiskStep> = fc.oneof(
  fc.record({ do: fc.constant('rename' as const), from: path, to: path }),
  fc.record({ do: fc.constantFrom('unlink' as const, 'remove-directory' as const), path }),
  fc.record(
    { do: fc.constant('make-directory' as const), path, mode, owner },
    { requiredKeys: ['do', 'path', 'mode'] },
  ) as fc.Arbitrary<DiskStep>,
  fc.record({ do: fc.constant('chmod' as const), path, mode }),
  fc.record({ do: fc.constant('chown' as const), path, owner }),
  fc.record({ do: fc.constant('set-mtime' as const), path, mtimeMs: fc.nat() }),
);
const within = fc.option(
  path.filter((text) => text !== ''),
  { nil: undefined },
);
const step = fc.tuple(change, within).map(([one, at]): DiskStep => (at === undefined ? one : { ...one, within: at }));
const file = fc.record(
  { path, mode, size: fc.nat(), owner, within: path.filter((text) => text !== '') },
  { requiredKeys: ['path', 'mode', 'size'] },
) as fc.Arbitrary<StagedWrite>;

describe('what is handed to a thread', () => {
  it('arrives as it was', () => {
    fc.assert(fc.property(fc.array(path), (all) => expect(split(join(all))).toEqual(all)));
    fc.assert(fc.property(fc.array(step), (all) => expect(splitSteps(joinSteps(all))).toEqual(all)));
    fc.assert(fc.property(fc.array(file), (all) => expect(splitFiles(joinFiles(all))).toEqual(all)));
  });

  it('is refused as a bug when a path holds a NUL, which would shift all that follows', () => {
    expect(() => split(join(['a\0b', 'c']))).toThrow('bug: a path with a NUL');
    expect(() => splitSteps(joinSteps([{ do: 'unlink', path: 'a\0b' }]))).toThrow('bug: a path with a NUL');
  });
});
