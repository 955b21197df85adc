/** Adapter: one run of the lab, from the temporary folder to its removal. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generateKey } from '@muster/config';
import type { ClusterView } from '@muster/protocol';
import type { LabOptions } from './arguments.ts';
import { countAgents, freePort, makeRoots, modeOf, readPaths, readTree } from './files.ts';
import { type LabNode, labNodes } from './layout.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { held, renderResults } from './results.ts';
import { openScreen, type Screen } from './screen.ts';
import { type Bench, verify } from './verify.ts';
import { type LabRow, labRow, suggestions } from './view.ts';
import { openWatcher, type Watcher } from './watcher.ts';

/** Milliseconds between two looks at the cluster. */
const lookMs = 250;

/** Milliseconds a node has for stopping before it is killed. */
const graceMs = 10_000;

const program = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));

/** Runs until `stop` is aborted, or the verification is done. Resolves with the exit code; always leaves no process. */
export async function runLab(options: LabOptions, stop: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'muster-lab-'));
  const nodes = labNodes(folder, options.workers);
  const screen = openScreen({ write: (text) => void process.stdout.write(text), size, now: () => performance.now() - startedAt });
  const processes: NodeProcess[] = [];
  const broken = new AbortController();
  const over = AbortSignal.any([stop, broken.signal]);
  try {
    const key = generateKey((count) => randomBytes(count));
    await makeRoots(nodes, { key, port: options.port || (await freePort()), from: options.from });
    screen.say(`The lab's folder: ${folder}`);
    const show = options.verbose ? (line: string) => screen.say(line) : undefined;
    const settings = { program, show, event: screen.say, gaveUp: (error: Error) => broken.abort(error) };
    for (const node of nodes) processes.push(startNodeProcess(node, settings));
    await use({ options, nodes, processes, screen, over, startedAt });
    if (broken.signal.aborted) throw broken.signal.reason;
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } finally {
    screen.say('Stopping the nodes.');
    await Promise.all(processes.reverse().map((node) => node.stop(graceMs)));
    if (options.keep) screen.say(`Kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Run {
  readonly options: LabOptions;
  readonly nodes: readonly LabNode[];
  readonly processes: readonly NodeProcess[];
  readonly screen: Screen;
  /** Aborted when the lab is to end. */
  readonly over: AbortSignal;
  readonly startedAt: number;
}
