/** The hash of each seed's trace, for comparing two machines or two Nodes. */
import type { Wish } from './arguments.ts';
import { type CommandDeps, exitCodes, print } from './deps.ts';
import { runPlanIn } from './failure.ts';
import { UsageError } from './one.ts';
import { runPool, whenStopped } from './pool.ts';
import type { SomePlan } from './simulator.ts';
import { columns, counted } from './text.ts';

type Hashes = Extract<Wish, { type: 'hashes' }>;

/** Without binaries: `seed hash` lines, nothing else. With some: exit code 1 when a seed has not the same hash under all. */
export async function runHashes<P extends SomePlan>(deps: CommandDeps<P>, wish: Hashes): Promise<number> {
  if (wish.binaries.length > 0) return compareHashes(deps, wish);
  for (const [seed, hash] of await hashesOf(deps, wish, undefined)) deps.output.line(`${seed} ${hash}`);
  if (!deps.stop.aborted) return exitCodes.fine;
  // Not among the hashes: two such lists are compared by machines.
  deps.output.error('Interrupted.');
  return exitCodes.interrupted;
}

async function compareHashes<P extends SomePlan>(deps: CommandDeps<P>, wish: Hashes): Promise<number> {
  const { output, stop } = deps;
  checkBinaries(deps, wish.binaries);
  const all: ReadonlyMap<number, string>[] = [];
  for (const binary of wish.binaries) {
    output.status(`${binary} …`);
    all.push(await hashesOf(deps, wish, binary));
    if (!stop.aborted) continue;
    output.line(`Interrupted after ${all.length - 1} of ${counted(wish.binaries.length, 'Node')}.`);
    return exitCodes.interrupted;
  }
  const seeds = [...all[0]!.keys()];
  const differing = seeds.filter((seed) => new Set(all.map((hashes) => hashes.get(seed))).size > 1);
  const rows = differing.map((seed) => [String(seed), ...all.map((hashes) => hashes.get(seed) ?? 'none')]);
  if (rows.length > 0) print(output, columns([['SEED', ...wish.binaries], ...rows]));
  if (differing[0] !== undefined) await explainDifference(deps, wish, differing[0]);
  output.line(
    `${counted(seeds.length, 'seed')} under ${counted(wish.binaries.length, 'Node')}: ` +
      (rows.length === 0 ? 'each has the same hash under all' : `${rows.length} have not the same hash under all`),
  );
  return rows.length === 0 ? exitCodes.fine : exitCodes.failed;
}

/** All of them, before the first is at work for minutes. */
function checkBinaries<P extends SomePlan>({ faultOfNode }: CommandDeps<P>, binaries: readonly string[]): void {
  const faults = binaries.flatMap((binary) => {
    const fault = faultOfNode(binary);
    return fault === undefined ? [] : [`--node-binaries ${binary}: ${fault}; give names or paths of Nodes`];
  });
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
}

/** By seed, in their order. A run without a trace has the name of what it failed of instead. */
async function hashesOf<P extends SomePlan>(
  deps: CommandDeps<P>,
  { from, count, options, jobs }: Hashes,
  nodeBinary: string | undefined,
): Promise<ReadonlyMap<number, string>> {
  const hashes = new Map<number, string>();
  await runPool({
    jobs,
    openChild: () => deps.openChild({ nodeBinary }),
    seeds: { from, count },
    jobOf: (seed) => ({ type: 'seed', seed, options }),
    done: ({ seed, hash, steps, violation }) => hashes.set(seed, steps > 0 ? hash : (violation?.invariant ?? hash)),
    stop: deps.stop,
  });
  return new Map([...hashes].sort(([a], [b]) => a - b));
}

/** Where the traces of the first one part. */
async function explainDifference<P extends SomePlan>(deps: CommandDeps<P>, wish: Hashes, seed: number): Promise<void> {
  const { files, output, simulator } = deps;
  const plan = simulator.planOf(seed, wish.options);
  await files.inFolder(async (folder) => {
    const traces: (readonly string[])[] = [];
    for (const [at, nodeBinary] of wish.binaries.entries()) {
      const child = deps.openChild({ nodeBinary });
      const done = await Promise.race([runPlanIn(child, deps, plan, `${folder}/${at}`), whenStopped(deps.stop)]);
      child.close();
      if (done === undefined) return;
      traces.push(done.steps > 0 ? files.read(`${folder}/${at}`).split('\n') : []);
    }
    print(output, partingOf(seed, wish.binaries, traces));
  });
}

/** Lines shown before two traces part. */
const linesBefore = 5;

/** The last common lines of the first trace and of the first one that is not like it, and the line in which they part. */
export function partingOf(
  seed: number,
  names: readonly string[],
  traces: readonly (readonly string[])[],
): readonly string[] {
  const first = traces[0] ?? [];
  const other = traces.findIndex(
    (trace) => trace.length !== first.length || trace.some((line, at) => line !== first[at]),
  );
  if (other < 0)
    return [`In processes of their own the traces of seed ${seed} are all the same: something outlives a run.`];
  const second = traces[other]!;
  const at = first.findIndex((line, index) => line !== second[index]);
  const parting = at < 0 ? first.length : at;
  return [
    `The traces of seed ${seed} part in line ${parting + 1}:`,
    ...first.slice(Math.max(0, parting - linesBefore), parting).map((line) => `  ${line}`),
    `- ${first[parting] ?? '(its end)'}  (${names[0]})`,
    `+ ${second[parting] ?? '(its end)'}  (${names[other]})`,
  ];
}
