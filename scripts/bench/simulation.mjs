// How fast simulated time passes: a master and four workers, 1,000 files, default options, no faults, on one core.
// Build first; then `node scripts/bench/simulation.mjs [--quick]`: one JSON line a figure.
// The yardstick is a bare timeline with as many happenings in as much simulated time: nothing but the clock itself.
import { openDice, openTimeline, openTrace } from '../../packages/simulation/dist/index.js';
import { planOf } from '../../packages/simulation/dist/plan/index.js';
import { runPlan } from '../../packages/simulation/dist/world/index.js';

const quick = process.argv.includes('--quick');
const minutes = quick ? 5 : 30;
const rounds = quick ? 1 : 3;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** CPU seconds of this process: on a busy machine the wall clock times its neighbours. One thread does all the work. */
async function cpuSeconds(work) {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

// Seed 2 is none of those, one in four, in which the invariants place actors of their own in every node.
const plan = planOf(2, { nodes: 5, minutes, files: quick ? 100 : 1_000, quiet: true });

/** `count` empty happenings, evenly over `ms`. */
async function bare(count, ms) {
  const dice = openDice(1);
  const timeline = openTimeline(dice, openTrace(200));
  const gapMs = ms / count;
  let left = count;
  const happen = () => {
    if (--left > 0) timeline.after(gapMs, 'nothing', happen);
  };
  timeline.after(gapMs, 'nothing', happen);
  await timeline.drive(() => left <= 0);
}

const speeds = [];
const bareSpeeds = [];
let last;
for (let round = 0; round < rounds; round++) {
  const seconds = await cpuSeconds(async () => {
    last = await runPlan(plan);
  });
  if (!last.ok) throw new Error(`${last.violation.invariant}: ${last.violation.text}`);
  speeds.push(last.simulatedMs / 1_000 / seconds);
  bareSpeeds.push(last.simulatedMs / 1_000 / (await cpuSeconds(() => bare(last.steps, last.simulatedMs))));
}

const report = (bench, value, unit, yardstick, of) =>
  process.stdout.write(
    `${JSON.stringify({ bench, value: Math.round(value), unit, yardstick, ratio: of === undefined ? null : Number((value / of).toFixed(4)) })}\n`,
  );
const bareSpeed = median(bareSpeeds);
report(
  'simulation.5-nodes-1,000-files',
  median(speeds),
  'simulated s/CPU-s',
  `bare timeline, ${last.steps} empty happenings: ${Math.round(bareSpeed)}`,
  bareSpeed,
);
report('simulation.steps', last.steps / (last.simulatedMs / 1_000), 'steps/simulated s', '', undefined);
