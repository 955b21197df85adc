/** Adapter: the verification's world is the lab's own folders and processes. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentTraces, modeOf, readPaths, readTree } from './files.ts';
import { type LabAgents, labTimes } from './lab-agents.ts';
import type { LabNode } from './layout.ts';
import type { NodeProcess } from './node-process.ts';
import type { Bench } from './verify.ts';
import type { AgentsBench } from './verify-agents.ts';
import type { Watcher } from './watcher.ts';

export const realBench = (
  nodes: readonly LabNode[],
  processes: readonly NodeProcess[],
  watcher: Watcher,
  progress: (text: string) => void,
  over: AbortSignal,
  more: Pick<Bench, 'agents' | 'haproxy'>,
): Bench => ({
  ...more,
  nodes,
  look: ({ root }, paths) => (paths === undefined ? readTree(root) : readPaths(root, paths)),
  modeOf,
  inSync: async ({ name }) => {
    const node = (await watcher.look())?.nodes.find((one) => one.name === name);
    return node !== undefined && node.liveness === 'up' && node.sync === 'in-sync' && (node.lag ?? 0) === 0;
  },
  write: ({ root }, path, text) => writeFile(join(root, path), text),
  remove: ({ root }, path) => rm(join(root, path)),
  rename: ({ root }, from, to) => rename(join(root, from), join(root, to)),
  kill: (node) => killNode(processes, node),
  now: () => performance.now(),
  pause: (ms) => sleep(ms),
  progress,
  over: () => over.aborted,
});

const killNode = (processes: readonly NodeProcess[], node: LabNode): void =>
  processes.find((one) => one.node === node)?.kill('SIGKILL');

export const realAgentsBench = (
  count: number,
  agents: LabAgents,
  processes: readonly NodeProcess[],
  watcher: Watcher,
  begin: () => void,
): AgentsBench => ({
  count,
  begin,
  known: agents.known,
  shown: watcher.agents,
  killAll: (node) => {
    killNode(processes, node);
    agents.kill(node);
  },
  remove: watcher.removeAgent,
  traces: ({ root }, agent) => agentTraces(root, agent),
  reconnectMs: labTimes.reconnectMs,
});
