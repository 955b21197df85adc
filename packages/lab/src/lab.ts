/** Adapter: one run of the lab, from the temporary folder to its removal. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generateKey } from '@muster/config';
import { apiSuggestion, openLabApi } from './api.ts';
import type { LabOptions } from './arguments.ts';
import { countsAt } from './census.ts';
import { countKeys, makeRoots } from './files.ts';
import { freePort } from './free-port.ts';
import { balanceText } from './haproxy/balance-text.ts';
import { openFront } from './haproxy/front.ts';
import type { LabHaproxy } from './haproxy/lab-haproxy.ts';
import { type LabAgents, openLabAgents } from './lab-agents.ts';
import { type LabNode, labNodes } from './layout.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { realAgentsBench, realBench } from './real-bench.ts';
import { held, renderResults } from './results.ts';
import { openScreen, type Screen } from './screen.ts';
import { verify } from './verify.ts';
import { agentsText, type LabRow, labRow, suggestions } from './view.ts';
import { openWatcher, type Watcher } from './watcher.ts';

/** Milliseconds between two looks at the cluster. */
const lookMs = 250;

/** Milliseconds for an answer to the view: one that is older is not live. */
const viewMs = 2_000;

/** Milliseconds for an answer to the verification; more than a node's own deadlines. */
const answerMs = 15_000;

/** Milliseconds a node has for stopping before it is killed. */
const graceMs = 10_000;

/** The command line's program; the lab starts nodes as any user would. */
const musterProgram = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));

/** A run in progress. */
interface Run {
  readonly options: LabOptions;
  readonly nodes: readonly LabNode[];
  readonly processes: readonly NodeProcess[];
  /** Undefined: there are none. */
  readonly agents: LabAgents | undefined;
  /** Undefined: agents know the nodes themselves. */
  readonly haproxy: LabHaproxy | undefined;
  readonly watcher: Watcher;
  readonly screen: Screen;
  /** Aborted when the lab is to end; an error as its reason makes the lab fail. */
  readonly over: AbortSignal;
}

/**
 * Runs until `stop` is aborted or the verification is done. Resolves with the exit code; rejects when a
 * node cannot be started. Leaves no process behind, and no folder unless it is to be kept.
 */
export async function runLab(options: LabOptions, stop: AbortSignal, program: string = musterProgram): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-lab-'));
  const nodes = labNodes(folder, options.workers);
  const screen = processScreen();
  const failed = new AbortController();
  const processes: NodeProcess[] = [];
  let agents: LabAgents | undefined;
  let haproxy: LabHaproxy | undefined;
  const watcher = openWatcher(nodes[0]!.root, viewMs);
  try {
    const key = generateKey((count) => randomBytes(count));
    await makeRoots(nodes, { key, port: options.port || (await freePort()), from: options.from });
    screen.say(`The lab's folder: ${folder}`);
    const show = options.verbose ? screen.say : undefined;
    const settings = { program, show, event: screen.say, gaveUp: (error: Error) => failed.abort(error) };
    if (options.agents > 0) {
      const group = options.from === undefined ? 'dmz' : undefined;
      agents = await openLabAgents(nodes, { agents: options.agents, group, event: screen.say });
    }
    if (options.haproxy && agents !== undefined) {
      haproxy = await openFront(folder, nodes, agents, screen.say);
      screen.say(`HAProxy's stats page: ${haproxy.statsUrl}`);
    }
    const api = await openLabApi(nodes);
    for (const node of nodes) processes.push(startNodeProcess(node, settings));
    // Said and not drawn: a line that is cut to the width of the terminal cannot be copied.
    if (options.forMs === undefined)
      screen.say(suggestions(nodes, `node ${program}`, [apiSuggestion(nodes[0]!, api)]).join('\n'));
    const over = AbortSignal.any([stop, failed.signal]);
    const code = await watched({ options, nodes, processes, agents, haproxy, watcher, screen, over });
    if (failed.signal.aborted) throw failed.signal.reason;
    return code;
  } finally {
    watcher.close();
    screen.say('Stopping the nodes.');
    await agents?.stop(graceMs);
    await haproxy?.stop(graceMs);
    await Promise.all(processes.map((node) => node.stop(graceMs)));
    if (options.keep) screen.say(`Kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Shows the view until the run is over, or verified. */
async function watched(run: Run): Promise<number> {
  const { options, over } = run;
  const done = new AbortController();
  const view = options.verbose ? Promise.resolve() : liveView(run, AbortSignal.any([over, done.signal]));
  try {
    if (options.forMs !== undefined) return await verified(run, options.forMs);
    beginAgents(run);
    return await ended(over);
  } finally {
    done.abort();
    await view;
  }
}

const beginAgents = ({ agents, haproxy }: Pick<Run, 'agents' | 'haproxy'>): void =>
  agents?.begin(haproxy === undefined ? undefined : { host: '127.0.0.1', ...haproxy });

async function verified(run: Run, forMs: number): Promise<number> {
  const { options, nodes, processes, agents, haproxy, screen, over } = run;
  // Its own: what the view gives up waiting for is not what the verification asked.
  const watcher = openWatcher(nodes[0]!.root, answerMs);
  const agentsBench = agents && realAgentsBench(options.agents, agents, processes, watcher, () => beginAgents(run));
  const progress = (text: string): void => screen.say(`Verifying: ${text}`);
  const bench = realBench(nodes, processes, watcher, progress, over, {
    ...(agentsBench === undefined ? {} : { agents: agentsBench }),
    ...(haproxy === undefined
      ? {}
      : { haproxy: { agents: options.agents, balance: watcher.balance, pid: haproxy.pid } }),
  });
  const results = await Promise.race([verify(bench, forMs), ended(over).then(() => undefined)]).finally(watcher.close);
  if (results === undefined) {
    screen.say('Ended before everything was verified.');
    return 1;
  }
  screen.say(['', ...renderResults(results)].join('\n'));
  return held(results) ? 0 : 1;
}

async function liveView(run: Run, over: AbortSignal): Promise<void> {
  const footer = run.options.forMs === undefined ? ['Ctrl-C ends the lab.'] : [];
  while (!over.aborted) {
    run.screen.show(await rowsOf(run), [...(await haproxyLines(run)), ...footer]);
    await sleep(lookMs, undefined, { signal: over }).catch(() => {});
  }
}

async function haproxyLines({ haproxy, watcher }: Run): Promise<readonly string[]> {
  if (haproxy === undefined) return [];
  return [balanceText(await watcher.balance(), haproxy.pid()), ''];
}

async function rowsOf({ nodes, processes, agents, watcher }: Run): Promise<readonly LabRow[]> {
  const cluster = await watcher.look();
  const shown = (agents && (await watcher.agents())) ?? [];
  return await Promise.all(
    nodes.map(async (node, index) => {
      const view = cluster?.nodes.find(({ name }) => name === node.name);
      const at = agents === undefined ? '-' : agentsText(countsAt(node.name, agents.known(), shown));
      return labRow(node, processes[index]?.pid(), view, { keys: await countKeys(node.root), agents: at });
    }),
  );
}

const ended = (over: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    if (over.aborted) resolve(0);
    else over.addEventListener('abort', () => resolve(0), { once: true });
  });

function processScreen(): Screen {
  const { stdout } = process;
  const startedAt = performance.now();
  return openScreen({
    write: (text) => void stdout.write(text),
    // Some terminals say that they are 0 by 0.
    size: () => (stdout.isTTY === true ? { columns: stdout.columns || 80, rows: stdout.rows || 24 } : undefined),
    now: () => performance.now() - startedAt,
  });
}
