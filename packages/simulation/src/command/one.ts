/** One run, of a seed or of a plan from a file, and all that can be told of it. */
import type { Common, Source, Wish } from './arguments.ts';
import { type Cut, cutPlan, flagsOf } from './cut.ts';
import { type CommandDeps, exitCodes, print } from './deps.ts';
import { explainFailure, runPlanIn } from './failure.ts';
import { whenStopped } from './pool.ts';
import type { SomePlan } from './simulator.ts';
import { outcomeLine, planText } from './text.ts';

/** The arguments do not fit what they are about. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type One = Extract<Wish, { type: 'one' }>;

/** Exit code 1 when it broke a promise. */
export async function runOne<P extends SomePlan>(deps: CommandDeps<P>, wish: One): Promise<number> {
  const { output, simulator, nowMs } = deps;
  const whole = planOf(deps, wish);
  checkCut(whole, wish.cut);
  const plan = cutPlan(simulator, whole, wish.cut);
  if (wish.trace !== undefined) checkTrace(deps, wish.trace);
  print(output, planText(plan, simulator.words));
  const child = deps.openChild({ planted: wish.planted });
  try {
    const began = nowMs();
    const outcome = await Promise.race([runPlanIn(child, deps, plan, wish.trace), whenStopped(deps.stop)]);
    if (outcome === undefined) return exitCodes.interrupted;
    print(output, ['', outcomeLine(outcome, nowMs() - began)]);
    if (wish.trace !== undefined) output.line(`Its steps are in ${wish.trace}.`);
    if (outcome.ok) return exitCodes.fine;
    child.close();
    await explainFailure(deps, { plan, outcome, source: wish, cut: wish.cut }, shrinkable(wish));
    return exitCodes.failed;
  } finally {
    child.close();
  }
}

/** A replay is not shrunk again; a plan from a file only when that is to be kept. */
function shrinkable(wish: One): Common {
  const replay = flagsOf(wish.cut).length > 0 || (wish.file !== undefined && wish.save === undefined);
  return { ...wish, shrink: wish.shrink && !replay };
}

function planOf<P extends SomePlan>({ simulator, files }: CommandDeps<P>, source: Source): P {
  if (source.file === undefined) return simulator.planOf(source.seed, source.options);
  try {
    return simulator.planFromJson(files.read(source.file));
  } catch (error) {
    throw new UsageError(`--plan ${source.file}: ${(error as Error).message}; give a file that --save wrote`);
  }
}

/** Better now than after the run. */
function checkTrace<P extends SomePlan>({ files }: CommandDeps<P>, file: string): void {
  try {
    files.write(file, '');
  } catch (error) {
    throw new UsageError(`--trace ${file}: ${(error as Error).message}; give a file that can be written`);
  }
}

function checkCut(plan: SomePlan, { only = [], workers }: Cut): void {
  const known = plan.deeds.map(({ id }) => id);
  const unknown = only.filter((id) => !known.includes(id));
  if (unknown.length > 0)
    throw new UsageError(
      `--only ${unknown.join(',')}: the plan has no such deed; it has ${known.join(', ') || 'none'}. Is it the same seed, with the same --nodes and --minutes?`,
    );
  if (workers !== undefined && workers > plan.settings.workers)
    throw new UsageError(`--workers ${workers}: the plan has ${plan.settings.workers}; give at most so many`);
}
