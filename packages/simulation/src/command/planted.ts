/** Planted faults: a simulator that finds nothing proves nothing. */
import type { Outcome } from '../world/outcome.ts';
import type { Wish } from './arguments.ts';
import { ChildStartError } from './child.ts';
import { type CommandDeps, exitCodes, print } from './deps.ts';
import { explainFailure } from './failure.ts';
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

/** The lowest seed that fails with it, whichever process was faster. */
async function seek<P extends SomePlan>(
  deps: CommandDeps<P>,
  wish: Planted,
  planted: string,
): Promise<Outcome | undefined> {
  const { output, stop } = deps;
  output.line(`${planted}: ${deps.simulator.planted.find(({ name }) => name === planted)?.about ?? ''}`);
  const found = lowest(await tallySeeds(deps, wish, { jobs: wish.jobs, planted, untilFailure: true }));
  if (found !== undefined)
    output.line(
      `${planted}: FOUND by seed ${found.seed}, after ${counted(found.seed - wish.from + 1, 'seed')}: ${found.violation?.invariant}`,
    );
  else if (!stop.aborted) output.line(`${planted}: NOT FOUND by ${counted(wish.count, 'seed')}`);
  return found;
}

const lowest = (tally: Tally): Outcome | undefined =>
  [...tally.failures().values()]
    .flat()
    .reduce<Outcome | undefined>(
      (least, outcome) => (least === undefined || outcome.seed < least.seed ? outcome : least),
      undefined,
    );
