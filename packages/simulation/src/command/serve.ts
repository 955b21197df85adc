/** Adapter: the side of a child process: runs what it is told to, one job after the other, until its parent is gone. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Outcome } from '../world/outcome.ts';
import type { ChildMessage, Job } from './messages.ts';
import type { Simulator, SomePlan } from './simulator.ts';

/** How often it says that it is at work, and how busy its processor must have been for that, ms. */
const signMs = 2_000;
const busyMs = 50;

/** The process must have been forked. */
export function serveRuns<P extends SomePlan>(simulator: Simulator<P>): void {
  const say = (message: ChildMessage): void => void process.send?.(message);
  // A terminal's Ctrl-C reaches the whole group; the parent decides.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', (job: Job) => {
    const stopSigns = giveSigns(say);
    void runJob(simulator, job).then((outcome) => {
      stopSigns();
      say({ type: 'outcome', outcome, rssBytes: process.memoryUsage.rss() });
    });
  });
  say({ type: 'ready' });
}

/** A run that waits for what never comes turns no processor; one that blocks its process gives no sign either. */
function giveSigns(say: (message: ChildMessage) => void): () => void {
  let before = process.cpuUsage();
  const timer = setInterval(() => {
    const used = process.cpuUsage(before);
    before = process.cpuUsage();
    if ((used.user + used.system) / 1_000 >= busyMs) say({ type: 'alive' });
  }, signMs);
  return () => clearInterval(timer);
}

/** Never rejects. What a good run met last is of no interest to anybody. */
export async function runJob<P extends SomePlan>(simulator: Simulator<P>, job: Job): Promise<Outcome> {
  try {
    if (job.type === 'plan') return await runPlanOf(simulator, job);
    const outcome = await simulator.runPlan(simulator.planOf(job.seed, job.options));
    return outcome.ok ? { ...outcome, lastSteps: [], logTail: [] } : outcome;
  } catch (error) {
    return rejected(job.seed, error);
  }
}

async function runPlanOf<P extends SomePlan>(
  simulator: Simulator<P>,
  job: Extract<Job, { type: 'plan' }>,
): Promise<Outcome> {
  const plan = simulator.planFromJson(job.plan);
  if (job.traceFile === undefined) return simulator.runPlan(plan);
  const file = openTraceFile(job.traceFile);
  try {
    return await simulator.runPlan(plan, { trace: file.line });
  } finally {
    file.close();
  }
}

/** Written in large pieces: a run makes a million lines. */
function openTraceFile(path: string): { readonly line: (text: string) => void; readonly close: () => void } {
  const file = openSync(path, 'w');
  let piece: string[] = [];
  const flush = (): void => {
    if (piece.length > 0) writeSync(file, `${piece.join('\n')}\n`);
    piece = [];
  };
  return {
    line: (text) => {
      piece.push(text);
      if (piece.length >= 1_000) flush();
    },
    close: () => {
      flush();
      closeSync(file);
    },
  };
}

const rejected = (seed: number, error: unknown): Outcome => ({
  seed,
  ok: false,
  violation: {
    invariant: 'run-rejected',
    text: error instanceof Error ? (error.stack ?? error.message) : String(error),
    atMs: 0,
  },
  simulatedMs: 0,
  steps: 0,
  hash: '0'.repeat(16),
  met: [],
  lastSteps: [],
  logTail: [],
});
