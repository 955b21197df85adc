/**
 * Puts the cluster of the lab to the proof: changes files on the master, damages a worker, kills one,
 * and compares what then lies on the disks. What the nodes say of themselves is asked too, but proves nothing.
 */
import { differences, type SeenTree, summarised } from './compare.ts';
import { type HaproxyBench, haproxySteps } from './haproxy/verify-haproxy.ts';
import type { LabNode } from './layout.ts';
import type { StepResult } from './results.ts';
import { chooseTargets, type Targets } from './targets.ts';
import { type AgentsBench, agentSteps } from './verify-agents.ts';

/** The world of the verification. */
export interface Bench {
  readonly nodes: readonly LabNode[];
  /** The synchronised files of a node as they lie on its disk; with `paths`, of these only. */
  readonly look: (node: LabNode, paths?: readonly string[]) => Promise<SeenTree>;
  /** The permission bits that the table wants. */
  readonly modeOf: (path: string) => number;
  /** Whether the master holds the node to be up and in sync. */
  readonly inSync: (node: LabNode) => Promise<boolean>;
  readonly write: (node: LabNode, path: string, text: string) => Promise<void>;
  readonly remove: (node: LabNode, path: string) => Promise<void>;
  readonly rename: (node: LabNode, from: string, to: string) => Promise<void>;
  /** SIGKILL. The lab starts it again by itself. */
  readonly kill: (node: LabNode) => void;
  /** Milliseconds on a monotonic scale. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly progress: (text: string) => void;
  /** Nobody waits for the outcome any more: nothing is done from now on. */
  readonly over: () => boolean;
  /** Absent: the lab has no agents. */
  readonly agents?: AgentsBench;
  /** Absent: no HAProxy stands before it. */
  readonly haproxy?: HaproxyBench;
}

export interface Step {
  readonly name: string;
  readonly goalMs: number;
  readonly act: () => Promise<void>;
  /** The paths that it touches. */
  readonly paths: readonly string[];
  /** Also wait until the master calls every worker in sync. */
  readonly andInSync?: boolean;
  /** Also wait until this finds nothing that is wrong. */
  readonly also?: () => Promise<string>;
}

/** Milliseconds between two looks. */
const lookMs = 10;

/** A step is waited for so long, or for half of the whole time where that is more: a slow machine is given more time. */
const leastStepMs = 15_000;

/** Every step, in order; what comes after one that failed is tried all the same. Ends after `forMs`. */
export async function verify(bench: Bench, forMs: number): Promise<readonly StepResult[]> {
  const until = bench.now() + forMs;
  const stepMs = Math.max(leastStepMs, forMs / 2);
  const results: StepResult[] = [];
  const run = async (step: Step): Promise<void> => {
    if (bench.over()) return;
    bench.progress(step.name);
    results.push(await runStep(bench, step, Math.min(until, bench.now() + stepMs)));
  };
  await run({ name: 'first sync', goalMs: 3_000, act: async () => {}, paths: [], andInSync: true });
  const [master, worker] = bench.nodes;
  const targets = master && chooseTargets([...(await bench.look(master)).keys()]);
  if (master === undefined || worker === undefined || targets === undefined) return [...results, nothingToChange];
  for (const step of steps(bench, master, worker, targets)) await run(step);
  if (bench.agents !== undefined) for (const step of ofAgents(bench, bench.agents)) await run(step);
  return results;
}

/** With HAProxy: that it shares them out, when they are there, and when the killed node is back. */
function ofAgents({ nodes, haproxy }: Bench, agents: AgentsBench): readonly Step[] {
  const [enrolled, moved, ...rest] = agentSteps(agents, nodes);
  if (haproxy === undefined) return [enrolled!, moved!, ...rest];
  const { shared, back } = haproxySteps(haproxy, nodes);
  return [enrolled!, shared, moved!, back, ...rest];
}

const nothingToChange: StepResult = {
  name: 'changes',
  tookMs: undefined,
  goalMs: 1_000,
  broken: 'the master has fewer than five files in rules, decoders and lists',
};

function steps(bench: Bench, master: LabNode, worker: LabNode, targets: Targets): readonly Step[] {
  const { edited, added, deleted, renamed, workerEdited, workerAdded, workerDeleted } = targets;
  const text = '<!-- written by the lab -->\n';
  const onMaster = { goalMs: 1_000 };
  const onWorker = { goalMs: 2_000 };
  return [
    { ...onMaster, name: 'edit on the master', paths: [edited], act: () => bench.write(master, edited, text) },
    { ...onMaster, name: 'new file on the master', paths: [added], act: () => bench.write(master, added, text) },
    { ...onMaster, name: 'deletion on the master', paths: [deleted], act: () => bench.remove(master, deleted) },
    {
      ...onMaster,
      name: 'rename on the master',
      paths: [renamed.from, renamed.to],
      act: () => bench.rename(master, renamed.from, renamed.to),
    },
    {
      ...onWorker,
      name: 'edit on a worker',
      paths: [workerEdited],
      act: () => bench.write(worker, workerEdited, text),
    },
    {
      ...onWorker,
      name: 'stray file on a worker',
      paths: [workerAdded],
      act: () => bench.write(worker, workerAdded, text),
    },
    {
      ...onWorker,
      name: 'deletion on a worker',
      paths: [workerDeleted],
      act: () => bench.remove(worker, workerDeleted),
    },
    {
      name: 'kill -9 of a worker, and an edit meanwhile',
      goalMs: 5_000,
      paths: [edited],
      andInSync: true,
      act: async () => {
        bench.kill(worker);
        await bench.write(master, edited, `${text}${text}`);
      },
    },
  ];
}

async function runStep(
  bench: Bench,
  { name, goalMs, act, paths, andInSync, also }: Step,
  deadline: number,
): Promise<StepResult> {
  const startedAt = bench.now();
  const result = (tookMs: number | undefined, broken: string): StepResult => ({ name, goalMs, tookMs, broken });
  try {
    await act();
    const touched = await waitFor(bench, deadline, () => differ(bench, paths));
    const tookMs = bench.now() - startedAt;
    if (touched !== '') return result(undefined, touched);
    const rest = await waitFor(
      bench,
      deadline,
      async () => (await differ(bench)) || (andInSync ? await outOfSync(bench) : '') || ((await also?.()) ?? ''),
    );
    return result(andInSync || also ? bench.now() - startedAt : tookMs, rest);
  } catch (error) {
    return result(undefined, error instanceof Error ? error.message : String(error));
  }
}

/** Looks until `problem` finds none, or the deadline has passed; the last finding. */
async function waitFor(bench: Bench, deadline: number, problem: () => Promise<string>): Promise<string> {
  for (;;) {
    const found = await problem();
    if (found === '' || bench.over() || bench.now() >= deadline) return found;
    await bench.pause(lookMs);
  }
}

/** What differs on any worker, in words; with `paths`, among these only. */
async function differ({ nodes, look, modeOf }: Bench, paths?: readonly string[]): Promise<string> {
  const [master, ...workers] = nodes;
  if (master === undefined || paths?.length === 0) return '';
  const wanted = await look(master, paths);
  for (const worker of workers) {
    const found = differences(wanted, await look(worker, paths), modeOf);
    if (found.length > 0) return `${worker.name}: ${summarised(found)}`;
  }
  return '';
}

async function outOfSync({ nodes, inSync }: Bench): Promise<string> {
  for (const node of nodes) if (!(await inSync(node))) return `the master does not call ${node.name} in sync`;
  return '';
}
