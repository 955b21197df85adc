/** One run, of a seed or of a plan from a file, and all that can be told of it. */
import type { Common, Wish } from './arguments.ts';
import { type Cut, cutPlan, flagsOf } from './cut.ts';
import { type CommandDeps, exitCodes, print } from './deps.ts';
import { explainFailure, runPlanIn } from './failure.ts';
import { whenStopped } from './pool.ts';
import { type Saved, savedFrom } from './saved.ts';
import type { Simulator, SomePlan } from './simulator.ts';
import { outcomeLine, planText } from './text.ts';

/** The arguments do not fit what they are about. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type One = Extract<Wish, { type: 'one' }>;

/** Exit code 1 when it broke a promise; with a planted fault, when it broke none. */
export async function runOne<P extends SomePlan>(deps: CommandDeps<P>, asked: One): Promise<number> {
  const { output, simulator, nowMs } = deps;
  const { plan: whole, planted } = planOf(deps, asked);
  const wish: One = { ...asked, planted };
  checkCut(whole, wish.cut);
  const plan = cutPlan(simulator, whole, wish.cut);
  if (wish.trace !== undefined) checkTrace(deps, wish.trace);
  print(output, planText(plan, simulator.words));
  const child = deps.openChild({ planted: wish.planted });
  try {
    const began = nowMs();
    const outcome = await Promise.race([runPlanIn(child, deps, plan, wish.trace), whenStopped(deps.stop)]);
    if (outcome === undefined) {
      output.line('Interrupted before the run was over.');
      return exitCodes.interrupted;
    }
    print(output, ['', outcomeLine(outcome, nowMs() - began)]);
    if (wish.trace !== undefined) output.line(`Its steps are in ${wish.trace}.`);
    child.close();
    if (!outcome.ok) await explainFailure(deps, { plan, outcome, source: wish, cut: wish.cut }, shrinkable(wish));
    if (planted !== undefined) output.line(`${planted}: ${outcome.ok ? 'NOT FOUND' : 'FOUND'} by this run`);
    return outcome.ok === (planted === undefined) ? exitCodes.fine : exitCodes.failed;
  } finally {
    child.close();
  }
}

/** A replay is not shrunk again; a plan from a file only when that is to be kept. */
function shrinkable(wish: One): Common {
  const replay = flagsOf(wish.cut).length > 0 || (wish.file !== undefined && wish.save === undefined);
  return { ...wish, shrink: wish.shrink && !replay };
}

/** The plan, and the planted fault it is to run with: the one that is asked for, or else that of a saved plan. */
function planOf<P extends SomePlan>({ simulator, files, output }: CommandDeps<P>, wish: One): Saved<P> {
  if (wish.file === undefined) return { plan: simulator.planOf(wish.seed, wish.options), planted: wish.planted };
  const saved = readSaved(simulator, wish.file, files.read);
  if (saved.planted === undefined || saved.planted === wish.planted) return { ...saved, planted: wish.planted };
  if (wish.planted !== undefined)
    throw new UsageError(
      `--planted ${wish.planted}: ${wish.file} was saved with ${saved.planted}; leave --planted out, or take "planted" out of the file`,
    );
  output.line(`With the planted fault ${saved.planted}, as ${wish.file} says.`);
  return saved;
}

function readSaved<P extends SomePlan>(
  simulator: Simulator<P>,
  file: string,
  read: (path: string) => string,
): Saved<P> {
  try {
    return savedFrom(simulator, read(file));
  } catch (error) {
    throw new UsageError(`--plan ${file}: ${(error as Error).message}; give a file that --save wrote`);
  }
}

/** Better now than after the run. */
function checkTrace<P extends SomePlan>({ files }: CommandDeps<P>, file: string): void {
  try {
    files.checkWritable(file);
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
