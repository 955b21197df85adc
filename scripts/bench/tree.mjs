// The tree on a real disk, each figure with its yardstick in the same run. Build first; then
// `node scripts/bench/tree.mjs [folder]`: one JSON line a figure. The folder must lie on the disk that is meant.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  defaultExclusions,
  nodeDisk,
  openContentReader,
  openReplicator,
  openScanner,
} from '../../packages/tree/dist/index.js';
import { diffTrees, emptyTree } from '../../protocol/dist/index.js';

// Nothing is deleted before the end. Creating files took up to ten times as long in some runs as in others, and
// freed inodes were suspected, not shown. Deleting between rounds gave 1,331 ms against 197 ms of rsync for 10,000
// files; not deleting slowed rsync to 1.1 to 1.6 s. Treat the ratio of many small files as unsettled.
const base = fs.mkdtempSync(path.join(process.argv[2] ?? os.tmpdir(), 'muster-bench-'));
const table = [{ directory: 'etc/rules', mode: 0o660, files: 'all', recursive: true, removeEmptyDirectories: false }];
const limits = { maxFileBytes: 1 << 30, maxFiles: 1_000_000 };
const signal = new AbortController().signal;
const rounds = 3;

const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];
const report = (bench, value, unit, yardstick, extra = {}) => {
  const row = {
    bench,
    value: +value.toFixed(1),
    unit,
    yardstick: yardstick && +yardstick.toFixed(1),
    ratio: yardstick && +(value / yardstick).toFixed(2),
    ...extra,
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
};
const timed = async (work) => {
  const from = performance.now();
  await work();
  return performance.now() - from;
};
const shell = (command) => () =>
  execFileSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'], maxBuffer: 1 << 30 });

function sample(name, count, bytes) {
  const root = path.join(base, name);
  fs.mkdirSync(path.join(root, 'etc/rules'), { recursive: true });
  for (let i = 0; i < count; i++) {
    const directory = path.join(root, 'etc/rules', `d${i % Math.min(200, count)}`);
    if (i < 200) fs.mkdirSync(directory, { recursive: true });
    const content = randomBytes(bytes);
    fs.writeFileSync(path.join(directory, `f${i}.xml`), content);
  }
  return root;
}

const scannerOf = (disk, root) =>
  openScanner(
    { disk, wallNow: Date.now },
    { root, table, exclusions: defaultExclusions, limits, cachePath: `${root}/cache`, mode: 'master' },
  );

async function benchScan() {
  const root = sample('scan', 10_000, 4096);
  spawnSync('sync');
  const disk = nodeDisk();
  await disk.stat([root]);
  const [cold, sum, same, find] = [[], [], [], []];
  let stall = 0;
  for (let i = 0; i < rounds; i++) {
    const scanner = await scannerOf(disk, root);
    let last = performance.now();
    const timer = setInterval(() => {
      stall = Math.max(stall, performance.now() - last);
      last = performance.now();
    }, 1);
    cold.push(await timed(() => scanner.scan('all', signal)));
    clearInterval(timer);
    sum.push(await timed(shell(`find ${root}/etc -type f -print0 | xargs -0 -P2 -n500 b2sum`)));
    await scanner.scan('all', signal);
    same.push(await timed(() => scanner.scan('all', signal)));
    find.push(await timed(shell(`find ${root}/etc -printf '%p %s %T@ %C@ %i\\n'`)));
  }
  report('scan of 10,000 files, cold', median(cold), 'ms', median(sum), { stallMs: +stall.toFixed(1) });
  report('scan of 10,000 files, unchanged', median(same), 'ms', median(find));
  await disk.close();
}

async function benchReplicate(name, count, bytes) {
  const root = sample(`master-${count}`, count, bytes);
  spawnSync('sync');
  const disk = nodeDisk();
  const master = await scannerOf(disk, root);
  const { tree } = await master.scan('all', signal);
  const source = openContentReader({ disk, root, table, exclusions: defaultExclusions, tree: () => tree });
  const [ours, theirs, durable] = [[], [], []];
  let [memory, stall] = [0, 0];
  for (let i = 0; i < rounds; i++) {
    const to = path.join(base, `to-${count}-${i}`);
    fs.mkdirSync(path.join(to, 'etc/rules'), { recursive: true });
    const replicator = openReplicator(
      { disk, random: Math.random, learn: () => {} },
      { root: to, table, exclusions: defaultExclusions, statePath: `${to}/state` },
    );
    const plan = { changes: diffTrees(emptyTree, tree), modeDrift: [], leftovers: [] };
    globalThis.gc?.();
    const rss = process.memoryUsage.rss();
    let last = performance.now();
    const timer = setInterval(() => {
      memory = Math.max(memory, process.memoryUsage.rss() - rss);
      stall = Math.max(stall, performance.now() - last);
      last = performance.now();
    }, 2);
    ours.push(
      await timed(async () => {
        const result = await replicator.replicate(plan, source, () => {}, signal);
        if (result.written !== count || result.failures.length > 0)
          throw new Error(JSON.stringify(result).slice(0, 500));
      }),
    );
    clearInterval(timer);
    spawnSync('sync');
    const rsync = `${base}/rsync-${count}-${i}`;
    theirs.push(await timed(shell(`rsync -a ${root}/etc ${rsync}`)));
    durable.push(theirs.at(-1) + (await timed(shell(`sync -f ${rsync}`))));
    spawnSync('sync');
  }
  report(`replicate ${name}, durable`, median(ours), 'ms', median(theirs), {
    rsyncAndSyncMs: +median(durable).toFixed(1),
    stallMs: +stall.toFixed(1),
  });
  report(`replicate ${name}, memory`, memory / 2 ** 20, 'MB');
  await disk.close();
}

try {
  await benchScan();
  await benchReplicate('1,000 x 4 KiB', 1_000, 4096);
  await benchReplicate('10,000 x 4 KiB', 10_000, 4096);
  await benchReplicate('1 x 100 MiB', 1, 100 * 2 ** 20);
} finally {
  fs.rmSync(base, { recursive: true, force: true });
}
