/** Adapter: one plan, from the first start to the last stop; a rejection that nobody handles is the process's to tell. */
import { type Difference, openInvariants } from '../invariants/index.ts';
import { healAll } from '../nemesis/index.ts';
import { balanceWithin, type Plan, scheduleDeeds } from '../plan/index.ts';
import { openSituations } from '../situations/index.ts';
import { layOut } from '../workload/index.ts';
import { type OpenWorld, openWorld } from './open-world.ts';
import type { Outcome, RunOptions } from './outcome.ts';

/** Between two looks at everything, and at whether a healed cluster is in sync, ms. */
const sampleMs = 2_000;
const healLookMs = 500;
/** After the cluster is in sync it has to stay so for a while. */
const restMs = 3_000;

/** Never rejects: whatever is thrown is a broken promise. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<Outcome> {
  const run = openRun(plan, options);
  const { world } = run;
  const rejected = (error: unknown): void =>
    world.violate('no-unhandled-rejection', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('unhandledRejection', rejected);
  try {
    await run.all();
  } catch (error) {
    world.violate('no-throw-outside-actors', error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    process.off('unhandledRejection', rejected);
  }
  return outcomeOf(plan.settings.seed, world);
}

function outcomeOf(seed: number, world: OpenWorld): Outcome {
  const violation = world.broken();
  return {
    seed,
    ok: violation === undefined,
    ...(violation === undefined ? {} : { violation }),
    simulatedMs: world.timeline.now(),
    steps: world.trace.steps(),
    hash: world.trace.hash(),
    met: [...world.situations].sort(),
    lastSteps: world.trace.last(),
    logTail: world.logTail(),
  };
}

function openRun(plan: Plan, { trace }: RunOptions) {
  const world = openWorld(plan.settings, {
    trace,
    stopped: (node, when) => invariants.stopped(node, when),
    stuck: (node) => world.violate('nothing-left-over', `${node.name} did not come to the end of its stop in 45 s`),
  });
  const invariants = openInvariants(world);
  openSituations(world);
  const { timeline } = world;
  const isBroken = (): boolean => world.broken() !== undefined;
  const until = (holds: () => boolean): Promise<void> => timeline.drive(() => isBroken() || holds());
  /** What is asked of a node is answered only while things happen. */
  const driven = async (asked: Promise<Difference | undefined>): Promise<Difference | undefined> => {
    let answer: { readonly differs: Difference | undefined } | undefined;
    void asked.then((differs) => {
      answer = { differs };
    });
    await until(() => answer !== undefined);
    return answer?.differs;
  };
  const sample = (): void => {
    invariants.sampled();
    timeline.after(sampleMs, 'sample', sample);
  };

  const chaos = async (): Promise<void> => {
    layOut(world, plan);
    for (const node of world.nodes) timeline.after(world.dice.between(0, 500), `start ${node.name}`, node.start);
    timeline.after(sampleMs, 'sample', sample);
    scheduleDeeds(world, plan);
    await until(() => timeline.now() >= plan.chaosMs);
  };
  const heal = async (): Promise<void> => {
    healAll(world);
    const deadline = timeline.now() + plan.settings.healWithinMs;
    const balanceDeadline = deadline + balanceWithin(plan.haproxy);
    let differs: Difference | undefined = { of: 'files', text: 'nothing was looked at' };
    const endsAt = (): number => (differs?.of === 'haproxy' ? balanceDeadline : deadline + (differs?.lateMs ?? 0));
    while (!isBroken() && differs !== undefined && timeline.now() < endsAt()) {
      const next = timeline.now() + healLookMs;
      await until(() => timeline.now() >= next);
      differs = await driven(invariants.healed());
    }
    if (differs?.of === 'files') world.violate('equal-after-healing', differs.text);
    if (differs?.of === 'agents') world.violate('agents-after-healing', differs.text);
    if (differs?.of === 'haproxy') world.violate('haproxy-after-healing', differs.text);
    const rested = timeline.now() + restMs;
    await until(() => timeline.now() >= rested);
  };
  const stop = async (): Promise<void> => {
    let left = world.nodes.length;
    for (const node of [...world.nodes].reverse()) void node.stop().then(() => (left -= 1));
    await until(() => left === 0);
    invariants.ended();
  };
  return {
    world,
    all: async () => {
      for (const phase of [chaos, heal, stop]) if (!isBroken()) await phase();
    },
  };
}
