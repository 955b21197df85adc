import {
  asked,
  type GroupsDone,
  gaveUp,
  held,
  noGroupsDone,
  pushed,
  repaired,
  unlinked,
} from '../../src/work/groups-done.ts';

type Step = (done: GroupsDone) => GroupsDone;
const push =
  (version: number, at: number): Step =>
  (done) =>
    pushed(done, version, at);
const hold =
  (version: number, at: number): Step =>
  (done) =>
    held(done, version, at);
const ask =
  (at: number): Step =>
  (done) =>
    asked(done, at);
const repair =
  (version: number, at: number): Step =>
  (done) =>
    repaired(done, version, at);
const run = (steps: readonly Step[]): GroupsDone => steps.reduce((done, step) => step(done), noGroupsDone);

type Shown = readonly [startAt: number, endAt: number, chunks: number];
const cases: readonly [title: string, steps: readonly Step[], changes: Shown | undefined, full: Shown | undefined][] = [
  ['changes that came are not taken over yet', [push(4, 10)], undefined, undefined],
  ['changes are taken over when their version is held', [push(4, 10), hold(4, 12)], [10, 12, 1], undefined],
  ['a version before theirs says nothing of them', [push(4, 10), hold(3, 12)], undefined, undefined],
  ['messages that waited for one another are one', [push(4, 10), push(5, 11), hold(5, 20)], [10, 20, 2], undefined],
  ['a version that is held without changes is none', [hold(4, 12)], undefined, undefined],
  ['a comparison counts its questions', [ask(5), ask(6), ask(7), repair(9, 8)], undefined, [5, 8, 3]],
  ['one that fails begins anew', [ask(5), gaveUp, ask(30), repair(9, 31)], undefined, [30, 31, 1]],
  [
    'changes that a comparison brought are its own',
    [push(9, 4), ask(5), repair(9, 8), hold(9, 9)],
    undefined,
    [5, 8, 1],
  ],
  [
    'changes newer than the comparison are taken over after it',
    [ask(5), push(10, 6), repair(9, 8), hold(9, 9), hold(10, 11)],
    [6, 11, 1],
    [5, 8, 1],
  ],
  ['what came over a link that is gone is void', [push(4, 10), ask(11), unlinked, hold(4, 12)], undefined, undefined],
];

describe('when groups were last taken over', () => {
  it.each(cases)('%s', (_title, steps, changes, full) => {
    const done = run(steps);
    expect([done.changes, done.full].map((work) => work && [work.startAt, work.endAt, work.chunks])).toEqual([
      changes,
      full,
    ]);
  });
});
