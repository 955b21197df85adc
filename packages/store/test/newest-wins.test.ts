/**
 * Any order, duplication and loss of batches, moves between workers, restarts and failing disks: the master ends with the
 * newest of what reached it, for each agent that exists, and with nothing else. Every update of the world bears what a node
 * would say: per node a revision that grows, and a time.
 */
import { type AgentStatus, type AgentUpdate, agentStatuses, openRangeDigest } from '@muster/protocol';
import { emptyDisk, type MasterAgents, openMasterAgents, openMemoryKv } from '@muster/store';
import fc from 'fast-check';
import { info } from './agents.ts';

const runs = Number(process.env.MUSTER_RUNS ?? 10_000);
const nodes = ['w1', 'w2', 'w3'] as const;
const ids = [1, 2, 33, 64];
const gone = 64;
const exists = (id: number): boolean => id !== gone;

type Said = AgentUpdate & { readonly node: string };

/** What nodes saw, in the order of time; two may see one agent at the same time. */
const world = fc
  .array(
    fc.record({
      node: fc.constantFrom(...nodes),
      id: fc.constantFrom(...ids),
      later: fc.nat(2),
      status: fc.constantFrom<AgentStatus>(...agentStatuses),
      code: fc.nat(5),
      full: fc.boolean(),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((seen) => {
    let seenMs = 1_000;
    return seen.map(({ node, id, later, status, code, full }, i): Said => {
      seenMs += later;
      const rest = full ? { info: info(`${node}-${i}`) } : {};
      return {
        node,
        id,
        revision: i + 1,
        seenMs,
        status,
        code,
        disconnectedMs: status === 'disconnected' ? seenMs : 0,
        ...rest,
      };
    });
  });

/** How they reach the master: places in the world, some twice, some never; and what happens meanwhile. */
const arrival = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('batch' as const), at: fc.array(fc.nat(13), { maxLength: 4 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
    { weight: 1, arbitrary: fc.constant({ type: 'failing-write' as const }) },
  ),
  { minLength: 1, maxLength: 10 },
);

/** Whether `one` is to be held rather than `other`, of one agent. */
const isNewer = (one: Said, other: Said): boolean => {
  if (one.node === other.node) return one.revision > other.revision;
  if (one.seenMs !== other.seenMs) return one.seenMs > other.seenMs;
  return one.node > other.node;
};

interface Bench {
  agents: MasterAgents;
  fails: boolean;
}

/** One agent once in a batch of one node. */
const batchesOf = (said: readonly Said[]): readonly (readonly [string, readonly Said[]])[] =>
  nodes.map(
    (node) =>
      [node, [...new Map(said.filter((each) => each.node === node).map((each) => [each.id, each])).values()]] as const,
  );

describe(`newest wins, ${runs} runs`, () => {
  it('whatever the order, the duplicates, the restarts and the failures', async () => {
    await fc.assert(
      fc.asyncProperty(world, arrival, async (said, events) => {
        const disk = emptyDisk();
        const bench = { fails: false } as Bench;
        const open = async (): Promise<void> => {
          const commit = (): Promise<void> => (bench.fails ? Promise.reject(new Error('no')) : Promise.resolve());
          bench.agents = await openMasterAgents(openMemoryKv(disk, { maxBytes: 2 ** 30 }, { commit }));
        };
        await open();
        const held = new Map<number, Said>();
        const infos = new Map<number, string>();
        for (const event of events) {
          if (event.type === 'restart') {
            await open();
            continue;
          }
          bench.fails = event.type === 'failing-write';
          const places = event.type === 'batch' ? event.at : [0];
          for (const [node, batch] of batchesOf(places.map((at) => said[at % said.length]!))) {
            const outcome = await bench.agents.merge(node, batch, exists).catch(() => undefined);
            if (outcome === undefined) continue;
            const expected = model(held, infos, batch);
            expect(outcome).toMatchObject(expected);
          }
          bench.fails = false;
        }
        check(bench.agents, held, infos);
        await open();
        check(bench.agents, held, infos);
      }),
      { numRuns: runs },
    );
  }, 600_000);
});

/** Applies a batch to the model; what the store must answer. */
function model(held: Map<number, Said>, infos: Map<number, string>, batch: readonly Said[]) {
  const outcome = { lost: [] as number[], wanted: [] as number[], unknown: [] as number[], changed: [] as number[] };
  for (const update of batch) {
    const { id } = update;
    if (!exists(id)) {
      outcome.unknown.push(id);
      continue;
    }
    const before = held.get(id);
    const same = before?.node === update.node;
    if (before !== undefined && !same && !isNewer(update, before)) {
      outcome.lost.push(id);
      continue;
    }
    if (before === undefined || isNewer(update, before)) {
      held.set(id, update);
      outcome.changed.push(id);
    }
    if (update.info !== undefined && held.get(id) === update) infos.set(id, update.info.name);
    if (infos.get(id)?.split('-')[0] !== update.node) outcome.wanted.push(id);
  }
  return outcome;
}

function check(agents: MasterAgents, held: ReadonlyMap<number, Said>, infos: ReadonlyMap<number, string>): void {
  const expected = [...held.values()].sort((one, other) => one.id - other.id).map(({ info: _, ...rest }) => rest);
  expect(agents.page({ after: 0, limit: 100 }).rows).toEqual(expected);
  for (const node of nodes) {
    const digest = openRangeDigest();
    for (const each of held.values()) if (each.node === node) digest.change(each.id, undefined, each.revision);
    expect(agents.digest(node)).toEqual(digest.sum());
  }
  for (const id of ids) expect(agents.info(id)?.name).toBe(infos.get(id));
  const counted = [...agents.counts().values()].flatMap((counts) => Object.values(counts)).reduce((a, b) => a + b, 0);
  expect(counted).toBe(held.size);
}
