/** Planted faults: a simulator that finds nothing proves nothing. */
import type { Outcome } from '../world/outcome.ts';
import type { Wish } from './arguments.ts';
import { ChildStartError } from './child.ts';
import { type CommandDeps, exitCodes, print } from './deps.ts';
import { explainFailure } from './failure.ts';
import { whenStopped } from './pool.ts';
import { tallySeeds } from './seeds.ts';
import type { SomePlan } from './simulator.ts';
import type { Tally } from './tally.ts';
import { counted, interruptedAfter } from './text.ts';

type Planted = Extract<Wish, { type: 'planted' }>;

/** Exit code 1 when one was not found. */
export const runPlanted = <P extends SomePlan>(deps: CommandDeps<P>, wish: Planted): Promise<number> =>
  wish.planted === 'all' ? runAll(deps, wish) : runNamed(deps, wish);

async function runNamed<P extends SomePlan>(deps: CommandDeps<P>, wish: Planted): Promise<number> {
  const { outcome: found } = await seek(deps, wish, wish.planted);
  if (found === undefined) return deps.stop.aborted ? exitCodes.interrupted : exitCodes.failed;
  const { options } = wish;
  const plan = deps.simulator.planOf(found.seed, options);
  await explainFailure(deps, { plan, outcome: found, source: { seed: found.seed, options } }, wish);
  return exitCodes.fine;
}

async function runAll<P extends SomePlan>(deps: CommandDeps<P>, wish: Planted): Promise<number> {
  const rows: string[] = [];
  let missed = 0;
  for (const { name } of deps.simulator.planted) {
    if (deps.stop.aborted) break;
    const row = await rowFor(deps, wish, name);
    if (row.found === false) missed += 1;
    rows.push(row.text);
  }
  print(deps.output, ['', '| planted fault | seeds needed | invariant | seed |', '| --- | --- | --- | --- |', ...rows]);
  deps.output.line('');
  if (deps.stop.aborted) {
    const all = counted(deps.simulator.planted.length, 'planted fault');
    deps.output.line(`Interrupted; ${rows.length} of ${all} were sought.`);
    return exitCodes.interrupted;
  }
  deps.output.line(`${counted(rows.length - missed, 'planted fault')} found, ${missed} not`);
  return missed > 0 ? exitCodes.failed : exitCodes.fine;
}

/** One that cannot be planted any more is not found either; the others are still sought. */
async function rowFor<P extends SomePlan>(deps: CommandDeps<P>, wish: Planted, name: string): Promise<Row> {
  try {
    const sought = await seek(deps, wish, name);
    return { found: sought.finished ? sought.outcome !== undefined : undefined, text: rowOf(name, sought, wish) };
  } catch (error) {
    if (!(error instanceof ChildStartError)) throw error;
    deps.output.error(error.message);
    return { found: false, text: `| \`${name}\` | could not be planted | | |` };
  }
}

interface Row {
  /** Undefined: it was asked to stop before that was known. */
  readonly found: boolean | undefined;
  readonly text: string;
}

interface Sought {
  /** The first one that counts. */
  readonly outcome: Outcome | undefined;
  /** Seeds that were run. */
  readonly seeds: number;
  /** It was found, or all seeds were run. */
  readonly finished: boolean;
}

function rowOf(name: string, { outcome, seeds, finished }: Sought, { from }: Planted): string {
  if (outcome !== undefined)
    return `| \`${name}\` | ${outcome.seed - from + 1} | \`${outcome.violation?.invariant}\` | ${outcome.seed} |`;
  return `| \`${name}\` | ${finished ? 'not found in' : 'interrupted after'} ${seeds} | | |`;
}

/** The lowest seed that finds it, whichever process was faster; says what it found. */
async function seek<P extends SomePlan>(deps: CommandDeps<P>, wish: Planted, planted: string): Promise<Sought> {
  const { output } = deps;
  output.line(`${planted}: ${deps.simulator.planted.find(({ name }) => name === planted)?.about ?? ''}`);
  const sought = await firstOwing(deps, wish, planted);
  output.line(`${planted}: ${verdictOn(sought, wish)}`);
  return sought;
}

function verdictOn({ outcome, seeds, finished }: Sought, { from, count }: Planted): string {
  if (outcome !== undefined)
    return `FOUND by seed ${outcome.seed}, after ${counted(outcome.seed - from + 1, 'seed')}: ${outcome.violation?.invariant}`;
  return finished ? `NOT FOUND by ${counted(count, 'seed')}` : interruptedAfter(seeds, count);
}

/** The lowest seed that fails with it, and not the same way without it: no other fault is to its credit. */
async function firstOwing<P extends SomePlan>(deps: CommandDeps<P>, wish: Planted, planted: string): Promise<Sought> {
  const end = wish.from + wish.count;
  let from = wish.from;
  while (from < end && !deps.stop.aborted) {
    const seeds = { from, count: end - from, options: wish.options };
    const tally = await tallySeeds(deps, seeds, { jobs: wish.jobs, planted, untilFailure: true });
    const found = lowest(tally);
    const done = from - wish.from + tally.seeds();
    if (found === undefined) return { outcome: undefined, seeds: done, finished: done >= wish.count };
    const without = await runWithout(deps, wish, found.seed);
    if (without === undefined) return { outcome: undefined, seeds: done, finished: false };
    if (without.violation?.invariant !== found.violation?.invariant)
      return { outcome: found, seeds: done, finished: true };
    deps.output.line(`Seed ${found.seed} breaks ${found.violation?.invariant} without it too: that does not count.`);
    from = found.seed + 1;
  }
  return { outcome: undefined, seeds: from - wish.from, finished: from >= end };
}

/** Undefined: it was asked to stop. */
async function runWithout<P extends SomePlan>(
  deps: CommandDeps<P>,
  { options }: Planted,
  seed: number,
): Promise<Outcome | undefined> {
  const child = deps.openChild({});
  try {
    return await Promise.race([child.run({ type: 'seed', seed, options }), whenStopped(deps.stop)]);
  } finally {
    child.close();
  }
}

const lowest = (tally: Tally): Outcome | undefined =>
  [...tally.failures().values()]
    .flat()
    .reduce<Outcome | undefined>(
      (least, outcome) => (least === undefined || outcome.seed < least.seed ? outcome : least),
      undefined,
    );
