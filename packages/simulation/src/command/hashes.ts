/** The hash of each seed's trace, for comparing two machines or two Nodes. */
import type { Wish } from './arguments.ts';
import { type CommandDeps, exitCodes, print } from './deps.ts';
import { runPool } from './pool.ts';
import type { SomePlan } from './simulator.ts';
import { columns, counted } from './text.ts';

type Hashes = Extract<Wish, { type: 'hashes' }>;

/** Without binaries: `seed hash` lines, nothing else. With some: exit code 1 when a seed has not the same hash under all. */
export async function runHashes<P extends SomePlan>(deps: CommandDeps<P>, wish: Hashes): Promise<number> {
  if (wish.binaries.length > 0) return compareHashes(deps, wish);
  for (const [seed, hash] of await hashesOf(deps, wish, undefined)) deps.output.line(`${seed} ${hash}`);
  return deps.stop.aborted ? exitCodes.interrupted : exitCodes.fine;
}

async function compareHashes<P extends SomePlan>(deps: CommandDeps<P>, wish: Hashes): Promise<number> {
  const { output, stop } = deps;
  const all: ReadonlyMap<number, string>[] = [];
  for (const binary of wish.binaries) {
    output.status(`${binary} …`);
    all.push(await hashesOf(deps, wish, binary));
    if (stop.aborted) return exitCodes.interrupted;
  }
  const seeds = [...all[0]!.keys()];
  const differing = seeds.filter((seed) => new Set(all.map((hashes) => hashes.get(seed))).size > 1);
  const rows = differing.map((seed) => [String(seed), ...all.map((hashes) => hashes.get(seed) ?? 'none')]);
  if (rows.length > 0) print(output, columns([['SEED', ...wish.binaries], ...rows]));
  output.line(
    `${counted(seeds.length, 'seed')} under ${counted(wish.binaries.length, 'Node')}: ` +
      (rows.length === 0 ? 'each has the same hash under all' : `${rows.length} have not the same hash under all`),
  );
  return rows.length === 0 ? exitCodes.fine : exitCodes.failed;
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
