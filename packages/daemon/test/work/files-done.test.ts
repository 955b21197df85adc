import { directoryNode, emptyTree, type FileTree, fileTree, type TreeChanges } from '@muster/protocol';
import type { ReplicationResult } from '@muster/tree';
import fc from 'fast-check';
import {
  announced,
  compared,
  type FilesDone,
  noFilesDone,
  replicated,
  scanned,
  unlinked,
  writing,
} from '../../src/work/files-done.ts';

type Step = (done: FilesDone) => FilesDone;
const scan =
  (startAt: number, endAt: number): Step =>
  (done) =>
    scanned(done, { startAt, endAt });
const hear =
  (at: number): Step =>
  (done) =>
    announced(done, at);
const compare =
  (at: number): Step =>
  (done) =>
    compared(done, at);
const run = (steps: readonly Step[]): FilesDone => steps.reduce((done, step) => step(done), noFilesDone);

const checks: readonly [title: string, steps: readonly Step[], checked: readonly [number, number] | undefined][] = [
  ['a scan that is compared with nothing is no check', [scan(0, 5)], undefined],
  ['nor is one that ended before the list of files was there', [hear(1), scan(2, 5)], undefined],
  ['a check after a scan began with the scan', [hear(1), compare(1), scan(2, 5), compare(6)], [2, 6]],
  [
    'a check of a new generation began when that was announced, however old the scan',
    [scan(0, 5), hear(20), compare(23)],
    [20, 23],
  ],
  ['a check of both began with the first of them', [hear(10), scan(12, 15), compare(16)], [10, 16]],
  ['a scan that finds the same as before is a check of its own', [hear(1), compare(2), scan(50, 60)], [50, 60]],
  ['not while the link is away', [hear(1), compare(2), unlinked, scan(50, 60)], [1, 2]],
  ['not while a newer generation is known by its number only', [hear(1), compare(2), hear(40), scan(50, 60)], [1, 2]],
  ['not while files are written', [hear(1), compare(2), writing, scan(50, 60)], [1, 2]],
  [
    'the scan after files were written is the check',
    [hear(1), compare(2), writing, scan(50, 60), compare(61)],
    [50, 61],
  ],
  ['a scan that began before the check before it moves no date back', [hear(7), compare(8), scan(5, 9)], [7, 9]],
];

describe('when the disk was last compared', () => {
  it.each(checks)('%s', (_title, steps, expected) => {
    const { checked } = run(steps);
    expect(checked && [checked.startAt, checked.endAt]).toEqual(expected);
  });

  it('dates never run backwards, and no check ends before it began, whatever comes in which order', () => {
    const kinds = fc.constantFrom('scan', 'hear', 'compare', 'unlink', 'write');
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, fc.nat(50))), (events) => {
        let done = noFilesDone;
        let at = 0;
        let scanFrom = 0;
        for (const [kind, after] of events) {
          const before = done.checked;
          at += after;
          if (kind === 'scan') {
            done = scanned(done, { startAt: scanFrom, endAt: at });
            scanFrom = at;
          } else if (kind === 'hear') done = announced(done, at);
          else if (kind === 'compare') done = compared(done, at);
          else done = kind === 'unlink' ? unlinked(done) : writing(done);
          const { startAt, endAt } = done.checked ?? { startAt: 0, endAt: 0 };
          expect(endAt).toBeGreaterThanOrEqual(startAt);
          expect(startAt).toBeGreaterThanOrEqual(before?.startAt ?? 0);
          expect(endAt).toBeGreaterThanOrEqual(before?.endAt ?? 0);
        }
      }),
    );
  });
});

const entry = { size: 1, digest: 'ab'.repeat(64) };
const rules = ['old.xml', 'same.xml', 'gone.xml'].map((name) => [name, entry] as const);
const tree: FileTree = fileTree(new Map([['etc/rules', directoryNode(new Map(rules))]]));
const nothing: TreeChanges = { put: [], remove: [], makeDirectories: [], removeDirectories: [] };
const changes: TreeChanges = {
  ...nothing,
  put: ['etc/rules/new.xml', 'etc/rules/newer.xml', 'etc/rules/old.xml'].map((path) => ({ path, entry })),
  remove: ['etc/rules/gone.xml'],
};
const done: ReplicationResult = { written: 0, removed: 0, bytes: 0, failures: [], missing: [] };
const failure = (path: string) => ({ path, code: 'EACCES', text: 'may not be written' });
const span = { startAt: 3, endAt: 9 };

describe('what a synchronisation did', () => {
  const of = (
    plan: Partial<TreeChanges>,
    result: Partial<ReplicationResult> = {},
    before: FileTree | undefined = tree,
  ) =>
    replicated(noFilesDone, {
      ...span,
      plan: { changes: { ...nothing, ...plan }, modeDrift: [], leftovers: [] },
      before,
      result: { ...done, ...result },
    }).synced;

  it('files that were not there, that differed, and that the master does not have are counted apart', () => {
    expect(of(changes)).toEqual({ ...span, missing: 2, shared: 1, extra: 1 });
    expect(of(changes, {}, emptyTree)).toEqual({ ...span, missing: 3, shared: 0, extra: 1 });
  });

  it('files that could not be made, or whose content did not come, are not counted', () => {
    const failures = [failure('etc/rules/old.xml'), failure('etc/rules/gone.xml')];
    expect(of(changes, { failures, missing: ['etc/rules/new.xml'] })).toEqual({
      ...span,
      missing: 1,
      shared: 0,
      extra: 0,
    });
  });

  it('one that did nothing is none; a directory or a mode is something', () => {
    expect(of({})).toBeUndefined();
    expect(of({ remove: ['etc/rules/gone.xml'] }, { failures: [failure('etc/rules/gone.xml')] })).toBeUndefined();
    const counts = { missing: 0, shared: 0, extra: 0 };
    expect(of({ makeDirectories: ['etc/rules/more'] })).toEqual({ ...span, ...counts });
    const plan = { changes: nothing, modeDrift: ['etc/rules/old.xml'], leftovers: [] };
    expect(replicated(noFilesDone, { ...span, plan, before: tree, result: done }).synced).toEqual({
      ...span,
      ...counts,
    });
  });
});
