/** Replicates one file of the size that it is given and tells by how many bytes its memory grew at most. */
import { mkdirSync, readFileSync } from 'node:fs';
import process, { argv, stdout } from 'node:process';
import { diffTrees, directoryNode, emptyTree, fileTree } from '@muster/protocol';
import { type ContentSource, defaultExclusions, nodeDisk, openReplicator } from '../src/index.ts';

const [root, digest, size] = [argv[2]!, argv[3]!, Number(argv[4])];
const table = [
  { directory: 'etc/rules', mode: 0o660, files: 'all' as const, recursive: true, removeEmptyDirectories: false },
];
const statusOf = (field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'latin1'))![1]) * 1024;

/** Pieces of 256 KiB, as a link hands them over; each is new, so that the collector has its work. */
const source: ContentSource = {
  fetch: async (_, sink) => {
    sink.begin(0);
    for (let sent = 0; sent < size; sent += 262_144)
      await sink.write(Buffer.alloc(Math.min(262_144, size - sent), 'x'));
  },
};

async function main(): Promise<void> {
  const disk = nodeDisk();
  mkdirSync(`${root}/etc/rules`, { recursive: true });
  const replicator = openReplicator(
    { disk, random: Math.random, learn: () => {} },
    { root, table, exclusions: defaultExclusions, statePath: `${root}/state` },
  );
  await replicator.recover();
  const before = statusOf('VmRSS');
  const to = fileTree(new Map([['etc/rules', directoryNode(new Map([['f', { size, digest }]]))]]));
  const plan = { changes: diffTrees(emptyTree, to), modeDrift: [], leftovers: [] };
  const { written, failures } = await replicator.replicate(plan, source, () => {}, new AbortController().signal);
  stdout.write(JSON.stringify({ written, failures, grewBytes: statusOf('VmHWM') - before }));
  await disk.close();
}

void main().catch((error: unknown) => {
  stdout.write(String(error));
  process.exitCode = 1;
});
