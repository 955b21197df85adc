/** A failed run, explained: what happened, and the smallest run in which it happens too. */
import type { Outcome } from '../world/outcome.ts';
import type { Common, Source } from './arguments.ts';
import type { Child } from './child.ts';
import { type Cut, flagsOf } from './cut.ts';
import { type CommandDeps, print } from './deps.ts';
import { whenStopped } from './pool.ts';
import { savedText } from './saved.ts';
import { type Budget, type Shrunk, shrink } from './shrink.ts';
import type { SomePlan } from './simulator.ts';
import { commandOf, counted, failureText, optionFlags, planText } from './text.ts';

/** Enough for dozens of deeds, and nobody waits longer. */
const budget: Budget = { runs: 200, ms: 60_000 };
/** A run that hangs is waited for less often, not less thoroughly: it was waited for a minute already. */
const shrinkPatienceMs = 10_000;

export interface Failure<P extends SomePlan> {
  /** As it ran. */
  readonly plan: P;
  readonly outcome: Outcome;
  readonly source: Source;
  /** What was taken from the source's plan before it ran. It is not shrunk then. */
  readonly cut?: Cut;
}

/** Prints it, and its shrunk run unless that is not wanted. */
export async function explainFailure<P extends SomePlan>(
  deps: CommandDeps<P>,
  failure: Failure<P>,
  wish: Common,
): Promise<void> {
  print(deps.output, ['', ...failureText(failure.outcome), '']);
  if (wish.shrink && !deps.stop.aborted) await explainSmaller(deps, failure, wish);
  else deps.output.line(`Again:  ${replayOf(failure.source, failure.cut ?? {}, wish)}`);
}

/** The command that runs it again. */
export const replayOf = (source: Source, cut: Cut, { planted }: Pick<Common, 'planted'>): string =>
  commandOf([
    ...(source.file === undefined
      ? ['--seed', String(source.seed), ...optionFlags(source.options)]
      : ['--plan', source.file]),
    ...flagsOf(cut),
    ...(planted === undefined ? [] : ['--planted', planted]),
  ]);

async function explainSmaller<P extends SomePlan>(
  deps: CommandDeps<P>,
  { plan, outcome, source }: Failure<P>,
  wish: Common,
): Promise<void> {
  const { simulator, output, nowMs } = deps;
  const child = deps.openChild({ planted: wish.planted, patienceMs: shrinkPatienceMs });
  const stopped = whenStopped(deps.stop);
  const run = (smaller: P): Promise<Outcome | undefined> => Promise.race([runPlanIn(child, deps, smaller), stopped]);
  try {
    const again = await run(plan);
    if (again !== undefined) print(output, unlike(outcome, again));
    if (again?.violation?.invariant !== outcome.violation?.invariant || again === undefined) {
      output.line(`Again:  ${replayOf(source, {}, wish)}`);
      return;
    }
    const smallest = await shrink(plan, again, { simulator, run, nowMs }, budget);
    print(output, shrunkText(deps, plan, smallest));
    output.line(`Again:  ${replayOf(source, smallest.cut, wish)}`);
    save(deps, smallest, wish);
  } finally {
    child.close();
  }
}

/** One run of a plan in a process of its own. */
export const runPlanIn = <P extends SomePlan>(
  child: Child,
  { simulator }: CommandDeps<P>,
  plan: P,
  traceFile?: string,
): Promise<Outcome> =>
  child.run({
    type: 'plan',
    seed: plan.settings.seed,
    plan: simulator.planToJson(plan),
    ...(traceFile === undefined ? {} : { traceFile }),
  });

/** A second run that is not like the first: then chance comes from elsewhere than from the seed. */
function unlike(first: Outcome, again: Outcome): readonly string[] {
  const told = first.steps > 0 && again.steps > 0;
  if (again.ok)
    return [
      'It does not fail again in a process of its own: something outlives a run, or not all comes from the seed.',
    ];
  if (again.violation?.invariant !== first.violation?.invariant)
    return ['It fails in another way in a process of its own:', ...failureText(again)];
  return told && first.hash !== again.hash
    ? [
        `Its hash is another one in a process of its own: ${first.hash}, then ${again.hash}. Not all comes from the seed.`,
      ]
    : [];
}

function shrunkText<P extends SomePlan>(
  { simulator }: CommandDeps<P>,
  plan: P,
  { plan: smallest, outcome, runs, minimal }: Shrunk<P>,
): readonly string[] {
  const how = minimal ? 'nothing more can be left out' : 'more might be left out: the time for it was spent';
  return [
    `Shrunk in ${counted(runs, 'run')} from ${sizeOf(plan)} to ${sizeOf(smallest)}; ${how}.`,
    ...planText(smallest, simulator.words),
    ...(outcome.violation?.text ?? '').split('\n').map((line, at) => (at === 0 ? `Still: ${line}` : `  ${line}`)),
    outcomeLineOf(outcome),
  ];
}

const sizeOf = ({ deeds, settings }: SomePlan): string =>
  `${counted(deeds.length, 'deed')} and ${counted(settings.workers + 1, 'node')}`;

const outcomeLineOf = ({ simulatedMs, steps, hash }: Outcome): string =>
  `After ${(simulatedMs / 1_000).toFixed(3)} s and ${counted(steps, 'step')}, hash ${hash}.`;

function save<P extends SomePlan>(
  { simulator, files, output }: CommandDeps<P>,
  { plan }: Shrunk<P>,
  wish: Common,
): void {
  if (wish.save === undefined) return;
  const file = `${wish.save}/seed-${plan.settings.seed}.json`;
  try {
    files.write(file, savedText(simulator, { plan, planted: wish.planted }));
    // The file says itself which fault was planted.
    output.line(`Or:     ${replayOf({ file }, {}, { planted: undefined })}`);
  } catch (error) {
    output.error(`The plan could not be written to ${file}: ${(error as Error).message}`);
  }
}
