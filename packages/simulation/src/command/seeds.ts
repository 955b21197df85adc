/** Many seeds: how far it is, which situations were met, what failed. */
import type { Outcome } from '../world/outcome.ts';
import type { Seeds, Wish } from './arguments.ts';
import { type CommandDeps, exitCodes, print } from './deps.ts';
import { explainFailure } from './failure.ts';
import { runPool } from './pool.ts';
import type { SomePlan } from './simulator.ts';
import { openTally, type Tally } from './tally.ts';
import { counted, failureTable, failureText, grouped, interruptedAfter, progressLine, situationTable } from './text.ts';

/** With fewer seeds than this a situation may be missed by chance. */
const enoughSeeds = 500;
/** Of so many invariants the first failed seed is explained; each may take a minute of shrinking. */
const mostExplained = 3;

/** Exit code 1, also when it was interrupted, when a seed failed; or a situation was not met though there were seeds enough. */
export async function runSeeds<P extends SomePlan>(
  deps: CommandDeps<P>,
  wish: Extract<Wish, { type: 'seeds' }>,
): Promise<number> {
  const { output, simulator, stop } = deps;
  const tally = await tallySeeds(deps, wish, { jobs: wish.jobs });
  const listed = simulator.situations.map(({ name }) => name);
  print(output, ['', ...situationTable(listed, tally.met())]);
  const missed = listed.filter((name) => !tally.met().has(name));
  const judged = tally.seeds() >= enoughSeeds && !stop.aborted;
  print(output, verdictOn(missed, judged));
  if (tally.failed() > 0) print(output, ['', ...failureTable(tally)]);
  for (const [outcome] of [...tally.failures().values()].slice(0, mostExplained)) {
    if (outcome === undefined || stop.aborted) continue;
    const plan = simulator.planOf(outcome.seed, wish.options);
    await explainFailure(deps, { plan, outcome, source: { seed: outcome.seed, options: wish.options } }, wish);
  }
  output.line('');
  if (tally.seeds() < wish.count) output.line(interruptedAfter(tally.seeds(), wish.count));
  output.line(`${counted(tally.seeds() - tally.failed(), 'seed')} passed, ${grouped(tally.failed())} failed`);
  if (tally.failed() > 0 || (judged && missed.length > 0)) return exitCodes.failed;
  return stop.aborted ? exitCodes.interrupted : exitCodes.fine;
}

function verdictOn(missed: readonly string[], judged: boolean): readonly string[] {
  if (missed.length === 0) return ['Every situation was met.'];
  const met = `${counted(missed.length, 'situation')} not met`;
  return [judged ? `${met}: ${missed.join(', ')}.` : `${met}; that counts from ${enoughSeeds} seeds on.`];
}

/** A whole run ends with the scouts, in the place of its last seeds; larger runs that come by them anyway run them once. */
export function withScouts(count: number, scouts: readonly number[]): (seed: number) => number {
  const sent = scouts.filter((seed) => seed > count - scouts.length);
  return (seed) => sent[seed - (count - sent.length) - 1] ?? seed;
}

/** The table at the end names them all. */
const namedAtOnce = 5;

const isNews = (tally: Tally, { ok, violation }: Outcome): boolean =>
  !ok && (tally.failures().get(violation?.invariant ?? '')?.length ?? 0) <= namedAtOnce;

export interface TallyOptions {
  readonly jobs: number;
  readonly planted?: string;
  readonly untilFailure?: boolean;
}

/** Runs them, shows how far it is, and names the first failed ones of each invariant at once. */
export async function tallySeeds<P extends SomePlan>(
  deps: CommandDeps<P>,
  { from, count, options }: Seeds,
  { jobs, planted, untilFailure = false }: TallyOptions,
): Promise<Tally> {
  const { output, simulator, nowMs } = deps;
  const tally = openTally();
  const began = nowMs();
  const situations = simulator.situations.map(({ name }) => name);
  const line = (): string => progressLine(tally, count, situations, nowMs() - began);
  const isWhole = from === 1 && count >= enoughSeeds && planted === undefined && Object.keys(options).length === 0;
  const seedAt = isWhole ? withScouts(count, simulator.scouts ?? []) : (seed: number) => seed;
  const cancel = deps.every(output.statusEveryMs, () => output.status(line()));
  try {
    await runPool({
      jobs,
      openChild: () => deps.openChild({ planted }),
      seeds: { from, count },
      jobOf: (seed) => ({ type: 'seed', seed: seedAt(seed), options }),
      done: (outcome) => {
        tally.add(outcome);
        if (isNews(tally, outcome)) print(output, failureText({ ...outcome, lastSteps: [], logTail: [] }));
      },
      stop: deps.stop,
      untilFailure,
    });
  } finally {
    cancel();
  }
  output.line(line());
  return tally;
}
