/** A worker that replicates 1,000 files into the folder it is given, and says when it begins. Killed by its parent. */
import { writeFileSync } from 'node:fs';
import process, { argv, stdout } from 'node:process';
import { diffTrees } from '@muster/protocol';
import { type Disk, type DiskStep, defaultExclusions, nodeDisk, openReplicator, openScanner } from '../src/index.ts';
import { killTable, sourceOf, target } from './kill-plan.ts';

const [root, version, dieAt] = [argv[2]!, Number(argv[3]), argv[4] ?? ''];

const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
};

/** The real disk, killed with its process at `dieAt`: between two calls, or in the middle of one. */
function deadly(disk: Disk): Disk {
  let written = false;
  const half = async (steps: readonly DiskStep[]) => {
    await disk.steps(steps.slice(0, steps.length / 2));
    return die();
  };
  const isTrash = (step: DiskStep): boolean => step.do === 'rename' && step.to.includes('/trash/');
  const kindOf = ([step]: readonly DiskStep[]): string => {
    if (step?.do === 'unlink' && step.path.endsWith('/journal')) return 'end';
    if (step?.do !== 'rename') return '';
    return isTrash(step) ? 'deletions' : 'renames';
  };
  return {
    ...disk,
    openStager: async () => {
      const stager = await disk.openStager();
      return dieAt === 'staged' ? { ...stager, finish: async () => (await stager.finish()) && die() } : stager;
    },
    replace: async (path, bytes, mode) => {
      if (dieAt === 'journal torn' && path.endsWith('/journal')) {
        writeFileSync(`${path}.new`, bytes.subarray(0, bytes.length / 2));
        die();
      }
      await disk.replace(path, bytes, mode);
      written ||= path.endsWith('/journal');
      if (dieAt === 'journal whole' && path.endsWith('/journal')) die();
    },
    steps: async (steps) => {
      const kind = kindOf(steps);
      if (kind === 'end' && written && dieAt === 'all done') die();
      if (kind !== '' && kind === dieAt) return half(steps);
      const outcomes = await disk.steps(steps);
      return kind === 'renames' && dieAt === 'all renamed' ? die() : outcomes;
    },
  };
}

async function main(): Promise<void> {
  const real = nodeDisk();
  const disk = dieAt === '' ? real : deadly(real);
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
  await real.close();
}

void main();
