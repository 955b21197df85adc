/**
 * Kills at random moments while statuses of agents are on their way: of a worker, then of the master.
 *
 * `MUSTER_KILLS` sets how many kills of each (the default keeps the file short), `MUSTER_SEED` replays.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, type ClusterNode, openCluster, patienceMs, until } from '@muster/lab/testing';
import type { AgentRowView } from '@muster/protocol';
import { runSeed, seeded } from './flipping-tree.ts';
import { agentName, type Heard, hear, infoFile, putKeys } from './remoted.ts';

const kills = Number(process.env.MUSTER_KILLS ?? 12);
const agents = 120;
/** Keep-alives of one round, and how far apart two rounds are dated: more than any doubt about clocks. */
const heardPerRound = 40;
const roundMs = 2_000;
const perKillMs = 2 * patienceMs;

/** A keep-alive as the master shows it. */
interface Last {
  readonly round: number;
  readonly node: string;
}

interface Killing {
  readonly cluster: Cluster;
  readonly random: () => number;
  readonly startMs: number;
  /** The newest that each agent sent, and the newest that the master ever showed of it. */
  readonly heard: Map<number, Last>;
  readonly shown: Map<number, number>;
  round: number;
  /** How long a round takes to arrive when nobody is killed, ms. */
  roundTakesMs: number;
}

/** Nobody is silent for so long as this test dates its keep-alives back. */
const patientGlobal =
  '<ossec_config><global><agents_disconnection_time>10d</agents_disconnection_time></global></ossec_config>\n';

async function openKilling(random: () => number): Promise<Killing> {
  const cluster = await openCluster({
    workers: 2,
    prepare: ({ root }) => writeFileSync(join(root, 'etc/ossec.conf'), patientGlobal, { flag: 'a' }),
  });
  putKeys(cluster.master, everyAgent());
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
  const startMs = Date.now() - (kills + 10) * 2 * roundMs;
  const killing: Killing = {
    ...{ cluster, random, startMs, heard: new Map(), shown: new Map() },
    ...{ round: 0, roundTakesMs: 0 },
  };
  await hearSome(killing, everyAgent());
  await converged(killing);
  const began = performance.now();
  await hearSome(killing, everyAgent().slice(0, heardPerRound));
  await converged(killing);
  killing.roundTakesMs = performance.now() - began;
  return killing;
}

const everyAgent = (): readonly number[] => Array.from({ length: agents }, (_, i) => i + 1);
const versionOf = (round: number): string => `Wazuh v3.8.${round}`;
const roundOf = (version: string): number => Number(version.slice('Wazuh v3.8.'.length));

/** One round: some agents are heard, each at a worker by chance, a few at a time, so that a kill falls between batches. */
async function hearSome(killing: Killing, ids = someAgents(killing)): Promise<void> {
  const { cluster, random, heard, startMs } = killing;
  killing.round += 1;
  const { round } = killing;
  for (const [index, id] of ids.entries()) {
    const node = cluster.workers[Math.floor(random() * cluster.workers.length)]!;
    hear(node, { id, atMs: startMs + round * roundMs, version: versionOf(round) } satisfies Heard);
    heard.set(id, { round, node: node.name });
    if (index % 8 === 7) await pause(random() * 30);
  }
}

const someAgents = ({ random }: Killing): readonly number[] => [
  ...new Set(Array.from({ length: heardPerRound }, () => 1 + Math.floor(random() * agents))),
];

/** As the master shows them; nothing that it showed once may be older now, and nobody may be there twice. */
async function look({ cluster, shown }: Killing): Promise<readonly AgentRowView[]> {
  const rows = await cluster.master.ask(async (client) => {
    const all: AgentRowView[] = [];
    for await (const page of client.allAgents()) all.push(...page.rows);
    return all;
  });
  expect(rows.map(({ id }) => id)).toEqual(everyAgent());
  const older = rows.filter((row) => row.version !== '' && roundOf(row.version) < (shown.get(row.id) ?? 0));
  const vanished = rows.filter((row) => row.version === '' && shown.has(row.id));
  expect([...older, ...vanished]).toEqual([]);
  for (const { id, version } of rows) if (version !== '') shown.set(id, roundOf(version));
  return rows;
}

const arrived = ({ heard }: Killing, rows: readonly AgentRowView[]): number =>
  rows.filter(({ id, version, node, status }) => {
    const last = heard.get(id);
    return last === undefined || (version === versionOf(last.round) && node === last.node && status === 'active');
  }).length;

/** The master shows exactly the newest of each, its manager has it, and no worker has anything to send. */
async function converged(killing: Killing): Promise<void> {
  const { cluster, heard } = killing;
  await until('the master shows the newest of each agent', async () => {
    const rows = await look(killing);
    const count = arrived(killing, rows);
    if (count === agents) return true;
    const wrong = rows.filter(
      (row) => arrived({ ...killing, heard: new Map([[row.id, heard.get(row.id)!]]) }, [row]) === 0,
    );
    throw new Error(
      `${count} of ${agents} are so; not ${JSON.stringify(wrong.slice(0, 3))}, heard ${JSON.stringify(wrong.slice(0, 3).map(({ id }) => heard.get(id)))}`,
    );
  });
  for (const worker of cluster.workers)
    await until(`${worker.name} has nothing to send`, async () => {
      const { agentWork } = await worker.ask((client) => client.health());
      return agentWork?.unsent === 0;
    });
  await until('the files of the master are those of the newest', () => filesAreNewest(killing));
  await until('no other file lies there', () => {
    const left = readdirSync(join(cluster.master.root, 'queue/agent-info'));
    if (left.length === agents) return true;
    throw new Error(`${left.length} files: ${left.filter((name) => !name.startsWith('agent-')).join(', ')}`);
  });
}

function filesAreNewest({ cluster, heard }: Killing): boolean {
  for (const [id, { round, node }] of heard) {
    const text = readFileSync(infoFile(cluster.master, id), 'utf8');
    if (!text.includes(` - ${versionOf(round)} / `) || !text.includes(`#"node_name":${node}\n`))
      throw new Error(`${agentName(id)}, heard in round ${round} at ${node}, has ${text}`);
  }
  return true;
}

async function killed(node: ClusterNode, afterMs: number): Promise<void> {
  await pause(afterMs);
  node.kill('SIGKILL');
  expect(await node.exited()).toBe('SIGKILL');
}

/** A round, and the kill of `node` some time within it or shortly after. */
async function killWithin(killing: Killing, node: ClusterNode, wasDown: boolean): Promise<void> {
  const { random, roundTakesMs } = killing;
  const moment = random() * (2 * roundTakesMs + (wasDown ? 600 : 0));
  await Promise.all([hearSome(killing), killed(node, moment)]);
}

/** How much of the newest round the master had shown, in words. */
function phaseOf({ heard, shown, round }: Killing): string {
  const newest = [...heard].filter(([, last]) => last.round === round);
  const count = newest.filter(([id]) => shown.get(id) === round).length;
  return count === 0 ? 'none arrived' : count === newest.length ? 'all arrived' : 'some arrived';
}

const told = (phases: ReadonlyMap<string, number>): string =>
  [...phases].map(([phase, times]) => `${phase} ${times}`).join(', ');
const counted = (phases: Map<string, number>, phase: string): Map<string, number> =>
  phases.set(phase, (phases.get(phase) ?? 0) + 1);

describe(`kill -9 at ${kills} random moments while statuses of ${agents} agents are on their way`, () => {
  it(
    'of a worker loses no status that the master showed, doubles no agent, and ends in the newest of each',
    async () => {
      const random = seeded(runSeed('kills of a worker'));
      const killing = await openKilling(random);
      const { cluster } = killing;
      const phases = new Map<string, number>();
      const began = performance.now();
      try {
        for (let count = 0; count < kills; count++) {
          const worker = cluster.workers[Math.floor(random() * 2)]!;
          const down = random() < 0.3;
          if (down) {
            await killed(worker, 0);
            await hearSome(killing);
            worker.start();
          }
          await killWithin(killing, worker, down);
          await look(killing);
          counted(phases, phaseOf(killing));
          if (random() < 0.3) await hearSome(killing);
          worker.start();
          await converged(killing);
        }
      } finally {
        process.stdout.write(
          `worker: ${told(phases)}; a round takes ${Math.round(killing.roundTakesMs)} ms; ${Math.round(performance.now() - began)} ms in all\n`,
        );
        await cluster.close();
      }
    },
    kills * perKillMs,
  );

  it(
    'of the master loses no status that it showed, even before a worker is back, and ends in the newest of each',
    async () => {
      const random = seeded(runSeed('kills of the master'));
      const killing = await openKilling(random);
      const { cluster } = killing;
      const { master } = cluster;
      const phases = new Map<string, number>();
      const began = performance.now();
      try {
        for (let count = 0; count < kills; count++) {
          const down = random() < 0.3;
          if (down) {
            await killed(master, 0);
            await hearSome(killing);
            master.start();
          }
          const watching = watch(killing);
          await killWithin(killing, master, down);
          await watching.stop();
          counted(phases, phaseOf(killing));
          // What it showed it must know by itself: for a while nobody tells it anew.
          const silent = random() < 0.5;
          if (silent) for (const worker of cluster.workers) worker.kill('SIGSTOP');
          if (random() < 0.3) await hearSome(killing);
          master.start();
          await until('the master answers', async () => (await look(killing)).length > 0);
          if (silent) for (const worker of cluster.workers) worker.kill('SIGCONT');
          await converged(killing);
        }
      } finally {
        process.stdout.write(`master: ${told(phases)}; ${Math.round(performance.now() - began)} ms in all\n`);
        await cluster.close();
      }
    },
    kills * perKillMs,
  );
});

/** Looks again and again until it is stopped, so that what was shown last before a kill is known. */
function watch(killing: Killing): { stop(): Promise<void> } {
  let on = true;
  const looking = (async () => {
    while (on) {
      await look(killing).catch((error: unknown) => {
        if (error instanceof Error && 'matcherResult' in error) throw error;
      });
      await pause(2);
    }
  })();
  return {
    stop: () => {
      on = false;
      return looking;
    },
  };
}
