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
import { counted } from './text.ts';

type Planted = Extract<Wish, { type: 'planted' }>;

/** Exit code 1 when one was not found. */
export const runPlanted = <P extends SomePlan>(deps: CommandDeps<P>, wish: Planted): Promise<number> =>
  wish.planted === 'all' ? runAll(deps, wish) : runNamed(deps, wish);

async function runNamed<P extends SomePlan>(deps: CommandDeps<P>, wish: Planted): Promise<number> {
  const found = await seek(deps, wish, wish.planted);
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
    if (!row.found) missed += 1;
    rows.push(row.text);
  }
  print(deps.output, ['', '| planted fault | seeds needed | invariant | seed |', '| --- | --- | --- | --- |', ...rows]);
  if (deps.stop.aborted) return exitCodes.interrupted;
  deps.output.line('');
  deps.output.line(`${counted(rows.length - missed, 'planted fault')} found, ${missed} not`);
  return missed > 0 ? exitCodes.failed : exitCodes.fine;
}

/** One that cannot be planted any more is not found either; the others are still sought. */
async function rowFor<P extends SomePlan>(deps: CommandDeps<P>, wish: Planted, name: string): Promise<Row> {
  try {
    const found = await seek(deps, wish, name);
    return { found: found !== undefined, text: rowOf(name, found, wish) };
  } catch (error) {
    if (!(error instanceof ChildStartError)) throw error;
    deps.output.error(error.message);
    return { found: false, text: `| \`${name}\` | could not be planted | | |` };
  }
}

interface Row {
  readonly found: boolean;
  readonly text: string;
}

const rowOf = (name: string, found: Outcome | undefined, { from, count }: Planted): string =>
  found === undefined
    ? `| \`${name}\` | not found in ${count} | | |`
    : `| \`${name}\` | ${found.seed - from + 1} | \`${found.violation?.invariant}\` | ${found.seed} |`;

/** The lowest seed that finds it, whichever process was faster; says what it found. */
async function seek<P extends SomePlan>(
  deps: CommandDeps<P>,
  wish: Planted,
  planted: string,
): Promise<Outcome | undefined> {
  const { output, stop } = deps;
  output.line(`${planted}: ${deps.simulator.planted.find(({ name }) => name === planted)?.about ?? ''}`);
  const found = await firstOwing(deps, wish, planted);
  if (found !== undefined)
    output.line(
      `${planted}: FOUND by seed ${found.seed}, after ${counted(found.seed - wish.from + 1, 'seed')}: ${found.violation?.invariant}`,
    );
  else if (!stop.aborted) output.line(`${planted}: NOT FOUND by ${counted(wish.count, 'seed')}`);
  return found;
}

/** The lowest seed that fails with it, and not the same way without it: no other fault is to its credit. */
async function firstOwing<P extends SomePlan>(
  deps: CommandDeps<P>,
  wish: Planted,
  planted: string,
): Promise<Outcome | undefined> {
  const end = wish.from + wish.count;
  for (let from = wish.from; from < end && !deps.stop.aborted; ) {
    const seeds = { from, count: end - from, options: wish.options };
    const found = lowest(await tallySeeds(deps, seeds, { jobs: wish.jobs, planted, untilFailure: true }));
    if (found === undefined) return undefined;
    const without = await runWithout(deps, wish, found.seed);
    if (without === undefined) return undefined;
    if (without.violation?.invariant !== found.violation?.invariant) return found;
    deps.output.line(`Seed ${found.seed} breaks ${found.violation?.invariant} without it too: that does not count.`);
    from = found.seed + 1;
  }
  return undefined;
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
