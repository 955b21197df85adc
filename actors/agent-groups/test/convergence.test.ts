import { settle } from '@muster/actor/testing';
import fc from 'fast-check';
import { type Cluster, heldBy, openCluster, shown, type WorkerMember } from './cluster.ts';

/** Of one bucket, of neighbours, and far apart. */
const ids = [1, 2, 3, 255, 256, 257, 70_000];
const choices = [['a'], ['b'], ['a', 'b'], ['b', 'a']];

/** What somebody once said of each agent, and what the master's user said last. */
interface Sayings {
  readonly ever: Set<string>;
  /** By users of workers. */
  readonly onWorkers: Set<string>;
  readonly masters: Map<number, readonly string[]>;
}

type Act = (cluster: Cluster, sayings: Sayings) => unknown;
const named = (name: string, act: Act): Act => Object.assign(act, { toString: () => name });

const id = fc.constantFrom(...ids);
const groups = fc.option(fc.constantFrom(...choices), { nil: undefined, freq: 3 });
const worker = fc.nat(1);
const of = (cluster: Cluster, index: number): WorkerMember => cluster.workers[index]!;

function assign(rows: Map<number, readonly string[]>, agent: number, to: readonly string[] | undefined): void {
  if (to === undefined) rows.delete(agent);
  else rows.set(agent, to);
}

function mastersEdit(agent: number, to: readonly string[] | undefined, hinted: boolean): Act {
  return named(`master ${agent}=${to} ${hinted ? 'hinted' : ''}`, (cluster, { ever, masters }) => {
    assign(cluster.master.manager.rows, agent, to);
    assign(masters, agent, to);
    if (to !== undefined) ever.add(`${agent}=${to}`);
    if (hinted) cluster.hintMaster();
  });
}

function workersEdit(index: number, agent: number, to: readonly string[] | undefined, hinted: boolean): Act {
  return named(`w${index} ${agent}=${to} ${hinted ? 'hinted' : ''}`, (cluster, { ever, onWorkers }) => {
    assign(of(cluster, index).manager.rows, agent, to);
    if (to !== undefined) ever.add(`${agent}=${to}`);
    if (to !== undefined) onWorkers.add(`${agent}=${to}`);
    if (hinted) cluster.hint(of(cluster, index));
  });
}

const onWorker = (name: string, act: (cluster: Cluster, worker: WorkerMember) => void) =>
  worker.map((index) => named(`${name} w${index}`, (cluster) => act(cluster, of(cluster, index))));
const onAll = (name: string, act: Act) => fc.constant(named(name, act));

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(id, groups, fc.boolean()).map((args) => mastersEdit(...args)) },
  { weight: 6, arbitrary: fc.tuple(worker, id, groups, fc.boolean()).map((args) => workersEdit(...args)) },
  { weight: 4, arbitrary: onWorker('link', (cluster, one) => cluster.link(one)) },
  { weight: 1, arbitrary: onWorker('unlink', (cluster, one) => cluster.unlink(one)) },
  { weight: 1, arbitrary: onWorker('kill', (cluster, one) => cluster.killWorker(one)) },
  { weight: 1, arbitrary: onWorker('crash', (cluster, one) => cluster.crash(one as never)) },
  { weight: 1, arbitrary: onAll('kill master', (cluster) => cluster.killMaster()) },
  { weight: 1, arbitrary: onAll('crash master', (cluster) => cluster.crash(cluster.master as never)) },
  { weight: 2, arbitrary: onAll('lose', (cluster) => cluster.lose(2)) },
  { weight: 1, arbitrary: onAll('double', (cluster) => cluster.double(2)) },
  { weight: 2, arbitrary: onAll('beat', (cluster) => cluster.beat()) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(2), fc.boolean()).map(([index, down]) =>
      named(`manager ${index} ${down ? 'down' : 'up'}`, ({ master, workers }) => {
        [master, ...workers][index]!.manager.down = down;
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(2), id).map(([index, agent]) =>
      named(`manager ${index} breaks ${agent}`, ({ master, workers }) => {
        [master, ...workers][index]!.manager.broken.add(agent);
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: id.map((agent) =>
      named(`remove ${agent}`, (cluster) => {
        cluster.keys.delete(agent);
        cluster.agentsRemoved([agent]);
      }),
    ),
  },
  { weight: 2, arbitrary: id.map((agent) => named(`add ${agent}`, ({ keys }) => keys.add(agent))) },
  {
    weight: 10,
    arbitrary: fc
      .constantFrom(0, 1, 2, 3, 60, 1_500)
      .map((ms) => named(`pass ${ms}`, ({ clock }) => clock.advance(ms))),
  },
);

/** Longer than a reconciliation, a back-off and a second look together. */
const healingSeconds = 200;

function differing({ master, workers, keys }: Cluster): string | undefined {
  const truth = shown(new Map([...master.manager.rows].filter(([agent]) => keys.has(agent))));
  const views = [heldBy(master), ...workers.flatMap((one) => [heldBy(one), one.manager.rows])];
  const wrong = views.findIndex((view) => shown(view) !== truth);
  return wrong < 0 ? undefined : `view ${wrong} is ${shown(views[wrong]!)}, not ${truth}`;
}

function heal(cluster: Cluster): void {
  for (const { manager } of [cluster.master, ...cluster.workers]) {
    manager.down = false;
    manager.broken.clear();
  }
  cluster.lose(0);
  for (const one of cluster.workers) cluster.link(one);
}

async function run(sequence: readonly Act[], tellsOf: boolean): Promise<void> {
  const cluster = await openCluster(2, tellsOf);
  const sayings: Sayings = { ever: new Set(), onWorkers: new Set(), masters: new Map() };
  for (const agent of ids) cluster.keys.add(agent);
  const { manager } = cluster.master;
  // A throw would be taken for a fault of the manager.
  const wrongs: string[] = [];
  manager.check = (rows) => {
    for (const { id: agent, groups: to } of rows) {
      const what = `${agent}=${to}`;
      if (manager.rows.has(agent)) wrongs.push(`a proposal overwrites: ${what}`);
      if (to.length === 0) wrongs.push(`we take from the master's manager: ${what}`);
      if (!sayings.onWorkers.has(what)) wrongs.push(`no worker's user said it, so it came back: ${what}`);
    }
  };
  for (const act of sequence) {
    await act(cluster, sayings);
    await settle();
  }
  heal(cluster);
  for (let left = healingSeconds; left > 0 && differing(cluster) !== undefined; left--) await cluster.second();
  const wrong = differing(cluster);
  if (wrong !== undefined) throw new Error(wrong);
  for (const [agent, to] of manager.rows) {
    if (!sayings.ever.has(`${agent}=${to}`)) throw new Error(`invented: ${agent}=${to}`);
  }
  for (const [agent, to] of sayings.masters) {
    if (`${manager.rows.get(agent)}` !== `${to}`) throw new Error(`overwritten: ${agent}=${to}`);
  }
  if (wrongs.length > 0) throw new Error(wrongs.join('; '));
  const faults = cluster.crashes().filter((error) => !String(error).includes('injected'));
  if (faults.length > 0) throw faults[0];
  await cluster.stop();
}

describe('a master and two workers, whatever befalls them', () => {
  it('end with the assignments of the master; nothing is invented, nothing comes back, no proposal overwrites', async () => {
    const numRuns = Number(process.env.MUSTER_RUNS ?? 150);
    await fc.assert(fc.asyncProperty(fc.array(acts, { maxLength: 40, size: 'max' }), fc.boolean(), run), { numRuns });
  }, 600_000);
});
