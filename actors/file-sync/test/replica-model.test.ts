import fc from 'fast-check';
import { many } from './trees.ts';
import { type Outcome, openWorld, type World } from './world.ts';

type Act = (world: World) => void;

const path = fc.constantFrom(
  ...['f0', 'f1', 'f2', 'f3', 'f4', 'new'].map((name) => `etc/rules/${name}`),
  'etc/lists/f0',
  'etc/lists/f1',
  'etc/client.keys',
);
const content = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });
const outcome = fc.constantFrom<Outcome>('done', 'done', 'done', 'some-files-fail', 'content-missing', 'rejected');
const named = (name: string, act: Act): Act => Object.assign(act, { toString: () => name });

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(named('hear', (world) => world.hear())) },
  { weight: 1, arbitrary: fc.constant(named('lose', (world) => world.lose())) },
  { weight: 1, arbitrary: fc.constant(named('announceAgain', (world) => world.announceAgain())) },
  { weight: 2, arbitrary: fc.constant(named('link', (world) => world.link())) },
  { weight: 1, arbitrary: fc.constant(named('unlink', (world) => world.unlink())) },
  { weight: 3, arbitrary: fc.boolean().map((wrong) => named(`fetchEnds ${wrong}`, (world) => world.fetchEnds(wrong))) },
  { weight: 1, arbitrary: fc.constant(named('fetchFails', (world) => world.fetchFails())) },
  { weight: 4, arbitrary: fc.constant(named('scanBegins', (world) => world.scanBegins())) },
  { weight: 4, arbitrary: fc.constant(named('scanEnds', (world) => world.scanEnds())) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(outcome, fc.nat(2))
      .map(([how, seed]) => named(`replicationEnds ${how} ${seed}`, (world) => world.replicationEnds(how, seed))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(path, content)
      .map(([at, what]) => named(`master ${at} ${what}`, (world) => world.masterEdits(at, what))),
  },
  { weight: 1, arbitrary: fc.constant(named('masterLosesRules', (world) => world.masterLosesRules())) },
  { weight: 3, arbitrary: fc.constant(named('publish', (world) => world.publish())) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(path, content)
      .map(([at, what]) => named(`worker ${at} ${what}`, (world) => world.workerEdits(at, what))),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(10, 1_000, 40_000).map((ms) => named(`pass ${ms}`, (world) => world.pass(ms))),
  },
);

/** Longer than the longest wait there is (a contested file rests a minute), and the steps of a second each. */
const healingSteps = 150;

describe('the replica, against a disk, a link and a master that do as they please', () => {
  it('never holds what the disk does not, never deletes in mass on one word, and converges once all is well', () => {
    fc.assert(
      fc.property(fc.array(acts, { maxLength: 80, size: 'max' }), (sequence) => {
        const world = openWorld(new Map([...many('etc/rules', 5), ...many('etc/lists', 2), ['etc/client.keys', 'k']]));
        for (const act of sequence) act(world);
        for (let left = healingSteps; left > 0 && !settled(world); left--) world.heal();
        if (!settled(world)) throw new Error(`not in sync: ${world.describe()}`);
      }),
      { numRuns: 2_000 },
    );
  });
});

const settled = (world: World): boolean =>
  world.status()?.state === 'in-sync' &&
  world.status()?.holds?.generation === world.generations() &&
  world.disk().root === world.master().root;
