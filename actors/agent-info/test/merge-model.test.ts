import type { AgentStatus } from '@muster/protocol';
import fc from 'fast-check';
import { openWorld, type WorkerName, type World, workers } from './world.ts';

type Act = (world: World) => unknown;
const named = (name: string, act: Act): Act => Object.assign(act, { toString: () => name });

/** Three in one bucket, one in the next, one far away; and two that are registered only later, if ever. */
const existing = [1, 2, 255, 256, 100_000];
const later = [3, 70_000];
const ids = fc.constantFrom(...existing, ...later);
const worker = fc.constantFrom(...workers);
const status = fc.constantFrom<AgentStatus>('active', 'active', 'pending', 'disconnected');

const of = (name: string, act: (world: World, who: WorkerName) => unknown) =>
  worker.map((who) => named(`${name} ${who}`, (world) => act(world, who)));

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(worker, ids, status, fc.boolean())
      .map(([who, id, how, whole]) =>
        named(`see ${who} ${id} ${how} ${whole}`, (world) => world.see(who, id, how, whole)),
      ),
  },
  { weight: 4, arbitrary: of('look', (world, who) => world.look(who)) },
  { weight: 10, arbitrary: of('step', (world, who) => world.step(who, false)) },
  { weight: 6, arbitrary: of('step own first', (world, who) => world.step(who, true)) },
  { weight: 8, arbitrary: fc.boolean().map((own) => named(`master ${own}`, (world) => world.stepMaster(own))) },
  { weight: 6, arbitrary: of('up', (world, who) => world.up(who)) },
  { weight: 6, arbitrary: of('down', (world, who) => world.down(who, false)) },
  { weight: 1, arbitrary: of('lose', (world, who) => world.down(who, true)) },
  { weight: 1, arbitrary: of('time out', (world, who) => world.timeOut(who)) },
  { weight: 2, arbitrary: of('beat', (world, who) => world.beat(who)) },
  { weight: 3, arbitrary: of('link', (world, who) => world.link(who)) },
  { weight: 1, arbitrary: of('cut', (world, who) => world.cut(who)) },
  { weight: 1, arbitrary: of('crash', (world, who) => world.crashWorker(who)) },
  { weight: 1, arbitrary: fc.constant(named('restart master', (world) => world.restartMaster())) },
  { weight: 2, arbitrary: fc.constantFrom(1, 100, 500).map((ms) => named(`pass ${ms}`, (world) => world.pass(ms))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...later).map((id) => named(`register ${id}`, (world) => world.register(id))),
  },
  { weight: 1, arbitrary: ids.map((id) => named(`remove ${id}`, (world) => world.remove(id))) },
  { weight: 1, arbitrary: of('keys arrive', (world, who) => world.keysArrive(who)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.boolean(), fc.constantFrom(undefined, ...workers))
      .map(([full, who]) => named(`disk ${who ?? 'master'} ${full}`, (world) => world.disk(full, who))),
  },
  { weight: 6, arbitrary: of('report', (world, who) => world.report(who)) },
  { weight: 1, arbitrary: fc.constant(named('settle', (world) => world.settle())) },
);

/** One side believes what is not so. */
const mistakes: fc.Arbitrary<Act> = fc.oneof(
  fc
    .tuple(worker, ids, fc.constantFrom(undefined, 4_000))
    .map(([who, id, held]) => named(`believe ${who} ${id} ${held}`, (world) => world.of(who).own.believe(id, held))),
  ids.map((id) => named(`distort ${id}`, (world) => world.store.distort(id, 5_000))),
);

const skew = fc.integer({ min: -1_000_000, max: 1_000_000 });

/** The longest pause after failures, twice; then what the master did not know is tried again. */
const healing = [1_000, 1_000, 1_000, 1_000, 1_000, 31_000, 1_000, 61_000, 1_000, 1_000, 61_000, 1_000, 1_000, 1_000];

async function heal(world: World): Promise<void> {
  for (const ms of healing) {
    await world.heal(ms);
    if (world.faults().length === 0 && world.differing().length === 0) return;
  }
  throw new Error(`${world.faults().join('; ')}; digests differ: ${world.differing().join()}`);
}

describe('workers and their master, over links and disks that do as they please', () => {
  it('end with exactly the newest status of each existing agent, and with none other, and find what either has wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(acts, { maxLength: 50, size: 'max' }),
        fc.array(mistakes, { maxLength: 4 }),
        fc.tuple(skew, skew, skew, skew),
        async (sequence, wrong, [a, b, c, master]) => {
          const world = openWorld([a, b, c], master, existing);
          for (const act of sequence) await act(world);
          await heal(world);
          for (const mistake of wrong) await mistake(world);
          if (wrong.length > 0) await heal(world);
          for (const name of workers) if (world.of(name).mostInFlight() > 1) throw new Error('two batches in flight');
        },
      ),
      { numRuns: 10_000 },
    );
  }, 300_000);
});
