/** Adapter: the verification's world is the lab's own folders and processes. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { modeOf, readPaths, readTree } from './files.ts';
import type { LabNode } from './layout.ts';
import type { NodeProcess } from './node-process.ts';
import type { Bench } from './verify.ts';
import type { Watcher } from './watcher.ts';

export const realBench = (
  nodes: readonly LabNode[],
  processes: readonly NodeProcess[],
  watcher: Watcher,
  progress: (text: string) => void,
): Bench => ({
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
  kill: (node) => processes.find((one) => one.node === node)?.kill('SIGKILL'),
  now: () => performance.now(),
  pause: (ms) => sleep(ms),
  progress,
});
