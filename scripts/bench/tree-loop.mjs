// How long packages/tree keeps the event loop of its process: 50,000 files in 200 directories, then 10,000
// watched directories. Build first; then `node scripts/bench/tree-loop.mjs [folder]`: one JSON line a phase.
// `longestMs` are the longest turns of the event loop, in processor time of its thread; others on the machine do not count.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  defaultExclusions,
  nodeDisk,
  openContentReader,
  openReplicator,
  openScanner,
  openTreeWatcher,
} from '../../packages/tree/dist/index.js';
import { diffTrees, emptyTree } from '../../protocol/dist/index.js';

const files = Number(process.argv[3] ?? 50_000);
const base = fs.mkdtempSync(path.join(process.argv[2] ?? os.tmpdir(), 'muster-loop-'));
const table = [{ directory: 'etc/rules', mode: 0o660, files: 'all', recursive: true, removeEmptyDirectories: false }];
const limits = { maxFileBytes: 1 << 30, maxFiles: 1_000_000 };
const signal = new AbortController().signal;

/** Nanoseconds that this thread has been on a processor: what others on the machine do does not count. */
const schedule = fs.openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
const buffer = Buffer.alloc(64);
const onCpuNs = () => Number(buffer.toString('latin1', 0, fs.readSync(schedule, buffer, 0, 64, 0)).split(' ')[0]);

/** Turns the event loop without a rest and notes the longest turn. */
async function measured(phase, work) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const turns = [];
  let last = onCpuNs();
  let done = false;
  const turn = () => {
    const now = onCpuNs();
    if (now - last > 5e6) turns.push((now - last) / 1e6);
    last = now;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  const from = performance.now();
  const value = await work();
  const tookMs = performance.now() - from;
  await new Promise((resolve) => setTimeout(resolve, 5));
  done = true;
  turns.sort((x, y) => y - x);
  const row = {
    phase,
    tookMs: +tookMs.toFixed(0),
    longestMs: turns.slice(0, 4).map((ms) => +ms.toFixed(1)),
    over20: turns.filter((ms) => ms > 20).length,
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
  return value;
}

const rootOf = (name) => {
  const root = path.join(base, name);
  fs.mkdirSync(path.join(root, 'etc/rules'), { recursive: true });
  return root;
};
const fill = (root) => {
  for (let i = 0; i < files; i++) {
    const directory = path.join(root, 'etc/rules', `d${i % 200}`);
    if (i < 200) fs.mkdirSync(directory);
    fs.writeFileSync(path.join(directory, `rule-file-${i}.xml`), `<rule id="${i}"/>`);
  }
};
const open = (disk, root, mode) =>
  openScanner(
    { disk, wallNow: Date.now },
    { root, table, exclusions: defaultExclusions, limits, cachePath: `${root}/cache`, mode },
  );

async function main() {
  const disk = nodeDisk();
  const [master, worker] = [rootOf('master'), rootOf('worker')];
  fill(master);
  await disk.stat([master]);
  await measured('nothing', () => new Promise((resolve) => setTimeout(resolve, 300)));
  const scanner = await open(disk, master, 'master');
  const { tree } = await measured('scan, cold', () => scanner.scan('all', signal));
  await measured('scan, unchanged', () => scanner.scan('all', signal));
  await measured('cache saved', () => scanner.save());
  process.stdout.write(`${JSON.stringify({ cacheBytes: fs.statSync(`${master}/cache`).size })}\n`);
  const warm = await measured('cache read', () => open(disk, master, 'master'));
  await measured('scan after a restart', () => warm.scan('all', signal));

  const own = await open(disk, worker, 'worker');
  await own.scan('all', signal);
  const source = openContentReader({ disk, root: master, table, exclusions: defaultExclusions, tree: () => tree });
  const replicator = openReplicator(
    { disk, random: Math.random, learn: own.learn },
    { root: worker, table, exclusions: defaultExclusions, statePath: `${worker}/state` },
  );
  const plan = (changes) => ({ changes, modeDrift: [], leftovers: [] });
  const adds = diffTrees(emptyTree, tree);
  await measured('replicate, all new', () => replicator.replicate(plan(adds), source, () => {}, signal));
  await measured('scan of what was written', () => own.scan('all', signal));
  const drift = [...adds.put.map(({ path: at }) => at)];
  await measured('modes mended', () =>
    replicator.replicate({ changes: diffTrees(tree, tree), modeDrift: drift, leftovers: [] }, source, () => {}, signal),
  );
  await measured('replicate, all removed', () =>
    replicator.replicate(plan(diffTrees(tree, emptyTree)), source, () => {}, signal),
  );

  const many = rootOf('many');
  const directories = Array.from({ length: 10_000 }, (_, i) => `etc/rules/w${i}`);
  for (const directory of directories) fs.mkdirSync(path.join(many, directory));
  const clock = {
    now: () => performance.now(),
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  };
  let watcher;
  await measured('10,000 directories watched', async () => {
    watcher = openTreeWatcher({
      disk,
      clock,
      root: many,
      coalesceMs: 50,
      directories,
      dirty: () => {},
      exhausted: (error) => process.stdout.write(`${error}\n`),
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
  });
  await measured('watches closed', async () => watcher.close());
  await disk.close();
}

await main();
fs.rmSync(base, { recursive: true, force: true });
