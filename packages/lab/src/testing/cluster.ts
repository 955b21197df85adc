/**
 * Adapter: whole nodes as real processes, for tests and benchmarks.
 *
 * Every node is the built `muster start -f --root R`, started, killed and asked as an operator would.
 * Nothing is restarted by itself. Build the workspace first.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ControlClient, openControl } from '@muster/control';
import type { ClusterView } from '@muster/protocol';
import { differences } from '../compare.ts';
import { makeRoots, modeOf, readTree } from '../files.ts';
import { freePort } from '../free-port.ts';
import { type LabNode, labNodes, ossecConf } from '../layout.ts';

export interface ClusterOptions {
  readonly workers: number;
  /** `R/etc/muster.yaml` of every node. */
  readonly musterYaml?: string;
  /** Prepares each R after the sample files were laid and before anything starts. */
  readonly prepare?: (node: LabNode) => Promise<void> | void;
  /** In place of the sample: nodes start without any synchronised file. */
  readonly empty?: boolean;
  /** The port that workers dial, where it is not the master's own: a proxy's. */
  readonly dialPort?: (masterPort: number) => Promise<number> | number;
  /** A command that runs what follows it in its own process, as `ip netns exec NAME`. Default none. */
  readonly launcher?: (node: LabNode) => readonly string[];
}

/** One node, running or not. */
export interface ClusterNode extends LabNode {
  /** Starts the process. `through`: a command that executes the one given to it, such as `setpriv` with its options. */
  start(env?: NodeJS.ProcessEnv, through?: readonly string[]): void;
  pid(): number | undefined;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal, of the process that runs or ran last. */
  exited(): Promise<number | NodeJS.Signals>;
  /** What it has written to stdout and stderr so far. */
  output(): string;
  /** Asks it over its control socket; a new connection each time. */
  ask<T>(question: (client: ControlClient) => Promise<T>): Promise<T>;
}

export interface Cluster {
  readonly folder: string;
  readonly key: string;
  readonly port: number;
  readonly nodes: readonly ClusterNode[];
  readonly master: ClusterNode;
  readonly workers: readonly ClusterNode[];
  /** A second process on the R of `node`, for what comes of that. */
  twin(node: ClusterNode): ClusterNode;
  /** As the master sees it; undefined while it cannot be asked. */
  view(): Promise<ClusterView | undefined>;
  /** Resolves when every worker that runs is up and says it is in sync with the master's newest generation. */
  inSync(withinMs?: number): Promise<void>;
  /** What of the worker's files, on disk, differs from the master's: paths with words; modes too. */
  differences(worker: ClusterNode): Promise<readonly string[]>;
  /** Ends every process and removes the folder. */
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** Milliseconds that a node may take to answer; more than its own deadlines. */
const answerMs = 20_000;

/** Makes roots and node handles; nothing runs yet. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  if (!existsSync(program)) throw new Error(`${program} is missing: build the workspace first`);
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  const port = await freePort();
  const key = 'TestKey_TestKey_TestKey_TestKey_';
  const plans = labNodes(folder, options.workers);
  await makeRoots(plans, { key, port, from: undefined });
  const dialPort = (await options.dialPort?.(port)) ?? port;
  for (const plan of plans) await prepare(plan, options, key, dialPort);
  const nodes = plans.map((plan) => clusterNode(plan, options.launcher?.(plan) ?? []));
  const [master, ...workers] = nodes as [ClusterNode, ...ClusterNode[]];
  const twins: ClusterNode[] = [];
  const view = (): Promise<ClusterView | undefined> => master.ask((client) => client.cluster()).catch(() => undefined);
  return {
    ...{ folder, key, port, nodes, master, workers, view },
    twin: (node) => {
      const twin = clusterNode(node, []);
      twins.push(twin);
      return twin;
    },
    inSync: (withinMs = patienceMs) =>
      until('every worker is in sync', async () => allInSync(await view(), workers), { withinMs }),
    differences: async (worker) => differences(await readTree(master.root), await readTree(worker.root), modeOf),
    close: async () => {
      for (const node of [...nodes, ...twins]) node.kill('SIGKILL');
      await Promise.all([...nodes, ...twins].map((node) => node.exited()));
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function prepare(plan: LabNode, options: ClusterOptions, key: string, dialPort: number): Promise<void> {
  if (options.empty === true) {
    for (const path of (await readTree(plan.root)).keys()) await rm(join(plan.root, path));
  }
  if (plan.role === 'worker') await writeFile(join(plan.root, 'etc/ossec.conf'), ossecConf(plan, key, dialPort));
  if (options.musterYaml !== undefined) await writeFile(join(plan.root, 'etc/muster.yaml'), options.musterYaml);
  await options.prepare?.(plan);
}

function allInSync(view: ClusterView | undefined, workers: readonly ClusterNode[]): boolean {
  const newest = view?.generation;
  if (view === undefined || newest === undefined) return false;
  return workers
    .filter((worker) => worker.pid() !== undefined)
    .every(({ name }) => {
      const row = view.nodes.find((node) => node.name === name);
      const holds = row?.holds;
      return (
        row?.liveness === 'up' &&
        row.sync === 'in-sync' &&
        holds?.epoch === newest.epoch &&
        holds.generation === newest.generation
      );
    });
}

function clusterNode(plan: LabNode, launcher: readonly string[]): ClusterNode {
  const outputPath = join(plan.root, 'logs/process-output.log');
  let child: ChildProcess | undefined;
  let running = false;
  let end: Promise<number | NodeJS.Signals> = Promise.resolve(0);
  return {
    ...plan,
    start: (env = {}, through = []) => {
      const file = openSync(outputPath, 'a', 0o640);
      const [command, ...rest] = [
        ...launcher,
        ...through,
        process.execPath,
        program,
        'start',
        '-f',
        '--root',
        plan.root,
      ];
      const started = spawn(command!, rest, {
        stdio: ['ignore', file, file],
        env: { ...process.env, ...env },
      });
      closeSync(file);
      child = started;
      running = true;
      end = new Promise((resolve) => {
        started.once('exit', (code, signal) => {
          running = false;
          resolve(code ?? signal ?? 1);
        });
      });
    },
    pid: () => (running ? child?.pid : undefined),
    kill: (signal) => void (running && child?.kill(signal)),
    exited: () => end,
    output: () => (existsSync(outputPath) ? readFileSync(outputPath, 'utf8') : ''),
    ask: async (question) => {
      const client = await openControl(plan.root, answerMs);
      try {
        return await question(client);
      } finally {
        client.close();
      }
    },
  };
}

/**
 * Milliseconds that a test waits for what must come. It costs nothing where it comes, and a machine that is busy with
 * other things may need most of it: how soon something comes is for benchmarks to say.
 */
export const patienceMs = 120_000;

export interface Waiting {
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/**
 * Looks again and again until `holds`. Rejects with `what` and the last error when it does not in time, and at once
 * when an assertion fails inside it: what must hold all the while is no matter of waiting.
 */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  { withinMs = patienceMs, everyMs = 10 }: Waiting = {},
): Promise<void> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (isAssertion(error)) throw error;
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`, { cause: last });
    await pause(everyMs);
  }
}

/** As jest's `expect` throws it. */
const isAssertion = (error: unknown): boolean => error instanceof Error && 'matcherResult' in error;
