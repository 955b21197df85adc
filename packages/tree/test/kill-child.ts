/** A worker that replicates 1,000 files into the folder it is given, and says when it begins. Killed by its parent. */
import { argv, stdout } from 'node:process';
import { diffTrees } from '@muster/protocol';
import { defaultExclusions, nodeDisk, openReplicator, openScanner } from '../src/index.ts';
import { killTable, sourceOf, target } from './kill-plan.ts';

const [root, version] = [argv[2]!, Number(argv[3])];

async function main(): Promise<void> {
  const disk = nodeDisk();
  const shared = { root, table: killTable, exclusions: defaultExclusions };
  const scanner = await openScanner(
    { disk, wallNow: Date.now },
    { ...shared, limits: { maxFileBytes: 1 << 20, maxFiles: 10_000 }, cachePath: `${root}/cache`, mode: 'worker' },
  );
  const replicator = openReplicator(
    { disk, random: Math.random, learn: scanner.learn },
    { ...shared, statePath: `${root}/state` },
  );
  const signal = new AbortController().signal;
  const recovered = await replicator.recover();
  const { tree, leftovers, modeDrift } = await scanner.scan('all', signal);
  stdout.write(`begin ${JSON.stringify({ recovered, leftovers })}\n`);
  const changes = diffTrees(tree, target(version));
  const result = await replicator.replicate({ changes, modeDrift, leftovers }, sourceOf(version), () => {}, signal);
  const after = await scanner.scan('all', signal);
  stdout.write(
    `end ${JSON.stringify({ failures: result.failures, same: after.tree.root === target(version).root })}\n`,
  );
  await disk.close();
}

void main();
