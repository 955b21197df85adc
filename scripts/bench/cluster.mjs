/**
 * Whole clusters of real processes over loopback, each figure with its yardstick in the same run.
 * One JSON line a figure. Build first; then
 *
 *   node scripts/bench/cluster.mjs [--quick] [--only latency,batches,first,idle]
 *
 * The folders are made below the system's temporary folder: set TMPDIR to measure another disk. Nothing
 * is deleted before the end: ext4 passes over inodes that were freed in the last seconds, one by one, and
 * creating a file then takes ten times as long, for us as for rsync.
 */
import { fork, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openControl } from '../../packages/control/dist/index.js';
import { openCluster, until } from '../../packages/lab/dist/testing/index.js';

const quick = process.argv.includes('--quick');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1].split(',') : undefined;
const wanted = (name) => only === undefined || only.includes(name);
const sizes = quick
  ? { few: 200, many: 2_000, batch: 1_000, first: 1_000, shots: 10, idleMs: 10_000 }
  : { few: 1_000, many: 50_000, batch: 10_000, first: 10_000, shots: 60, idleMs: 60_000 };
const fileBytes = 4096;
const bigBytes = 100 * 2 ** 20;
const musterYaml = process.env.MUSTER_BENCH_YAML;

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-bench-'));
const clusters = [];
const thousands = (count) => count.toLocaleString('en');

function report(bench, value, unit, yardstick, extra = {}) {
  const round = (number) => (number === undefined ? undefined : Number(number.toPrecision(4)));
  const { name, value: measured } = yardstick ?? {};
  const row = { bench, value: round(value), unit, yardstick: round(measured), yardstickName: name };
  const ratio = measured ? Number((value / measured).toPrecision(3)) : undefined;
  process.stdout.write(`${JSON.stringify({ ...row, ratio, ...extra })}\n`);
}

const settle = () => spawnSync('sync');
const quantile = (all, part) => all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))];
const seconds = (from) => (performance.now() - from) / 1_000;

/** `count` files of random bytes below `folder`, 50 a directory; `folder` itself holds directories only. */
function fill(folder, count) {
  const content = randomBytes(fileBytes * 2);
  for (let index = 0; index < count; index++) {
    const directory = path.join(folder, `d${Math.floor(index / 50)}`);
    if (index % 50 === 0) fs.mkdirSync(directory, { recursive: true });
    content.writeUInt32LE(index, 0);
    fs.writeFileSync(path.join(directory, `f${index}.conf`), content.subarray(0, fileBytes));
  }
}

/** Both at once, as two workers write at once; seconds until both are done. rsync itself makes nothing durable. */
async function rsyncs(from, copies = 2) {
  settle();
  const to = fs.mkdtempSync(path.join(base, 'rsync-'));
  const start = performance.now();
  const exits = Array.from({ length: copies }, (_, index) => {
    const child = spawn('rsync', ['-a', from, path.join(to, String(index))], { stdio: 'ignore' });
    return new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
  });
  await Promise.all(exits);
  const took = seconds(start);
  settle();
  return took;
}

const statOf = (pid) => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
const cpuOf = (node) => (Number(statOf(node.pid())[11]) + Number(statOf(node.pid())[12])) / 100;
const rssOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** A Node process that does nothing: the least that any of ours could need. */
async function bareNode() {
  const file = path.join(base, 'bare.mjs');
  fs.writeFileSync(file, 'process.send(1); setInterval(() => {}, 1e6);');
  const child = fork(file);
  await new Promise((resolve) => child.once('message', resolve));
  const rss = rssOf(child.pid);
  child.kill();
  return rss;
}

/** A cluster with one client on the master for the whole run; nothing runs yet. */
async function cluster(workers, files) {
  const opened = await openCluster({
    workers,
    ...(musterYaml === undefined ? {} : { musterYaml }),
    prepare: ({ role, root }) => {
      if (role === 'master' && files > 0) fill(path.join(root, 'etc/shared/base'), files);
    },
  });
  clusters.push(opened);
  settle();
  let client;
  const ask = async () => {
    client ??= await openControl(opened.master.root);
    return client.cluster();
  };
  /** Every worker up, in sync, with as many files as the master, and the master with `files` at least. */
  const converged = (least) => async () => {
    const { nodes } = await ask();
    const [master] = nodes;
    return (
      nodes.length === workers + 1 &&
      master.files >= least &&
      nodes.every((node) => node.sync === 'in-sync' && node.files === master.files && node.liveness === 'up')
    );
  };
  const files$ = async () => (await ask()).nodes[0].files;
  return {
    ...opened,
    files: files$,
    health: (node) => node.ask((each) => each.health()),
    start: () => {
      for (const node of opened.nodes) node.start();
    },
    converged: (least = 0) => until('all nodes are in sync', converged(least), 300_000, 20),
    stop: async () => {
      client?.close();
      client = undefined;
      for (const node of opened.nodes) node.kill('SIGTERM');
      await Promise.all(opened.nodes.map((node) => node.exited()));
    },
  };
}

/** One new file at a time: from the end of its write to its presence on every worker. */
async function latencies(running, label) {
  const taken = [];
  for (let shot = 0; shot < sizes.shots; shot++) {
    const file = `etc/rules/new-${shot}.xml`;
    const start = performance.now();
    fs.writeFileSync(path.join(running.master.root, file), `<group name="n${shot}"></group>\n`);
    await until(file, () => running.workers.every(({ root }) => fs.existsSync(path.join(root, file))), 30_000, 2);
    taken.push(performance.now() - start);
    await pause(50 + Math.random() * 200);
  }
  return { label, p50: quantile(taken, 0.5), p99: quantile(taken, 0.99) };
}

function reportLatency({ label, p50, p99 }, few) {
  const alike = (value) => (few === undefined ? undefined : { name: `among ${thousands(sizes.few)}`, value });
  report(`cluster.new-file-among-${label}-p50`, p50, 'ms', alike(few?.p50));
  report(`cluster.new-file-among-${label}-p99`, p99, 'ms', alike(few?.p99));
}

/** `count` files, made beside R and moved into it in one rename, so that their making is not measured. */
async function batch(running, count, name) {
  const made = path.join(running.master.root, `made-${name}`);
  fill(made, count);
  const yardstick = await rsyncs(made);
  const before = await running.files();
  const start = performance.now();
  fs.renameSync(made, path.join(running.master.root, 'etc/shared', name));
  await running.converged(before + count);
  return { took: seconds(start), yardstick };
}

async function bigFile(running) {
  const made = path.join(running.master.root, 'made-big');
  fs.writeFileSync(made, randomBytes(bigBytes));
  const yardstick = await rsyncs(made);
  const pids = running.nodes.map((node) => node.pid());
  const before = pids.map(rssOf);
  const highest = [...before];
  const sampler = setInterval(() => {
    for (const [index, pid] of pids.entries()) highest[index] = Math.max(highest[index], rssOf(pid));
  }, 20);
  const files = await running.files();
  const start = performance.now();
  fs.renameSync(made, path.join(running.master.root, 'etc/shared/big.bin'));
  await running.converged(files + 1);
  const took = seconds(start);
  clearInterval(sampler);
  return { took, yardstick, more: Math.max(...highest.map((most, index) => most - before[index])) };
}

/** Latency and batches on a small cluster of two workers. */
async function small() {
  const running = await cluster(2, sizes.few);
  running.start();
  await running.converged(sizes.few);
  let few;
  if (wanted('latency')) {
    few = await latencies(running, thousands(sizes.few));
    reportLatency(few);
  }
  if (wanted('batches')) {
    const rsync = (value) => ({ name: 'rsync -a to two folders at once', value });
    for (const count of [1_000, sizes.batch].filter((each, index, all) => all.indexOf(each) === index)) {
      const { took, yardstick } = await batch(running, count, `batch-${count}`);
      report(`cluster.new-files-${thousands(count)}`, took, 's', rsync(yardstick));
    }
    const { took, yardstick, more } = await bigFile(running);
    report('cluster.one-file-of-100-MiB', took, 's', rsync(yardstick));
    report('cluster.memory-above-idle-during-100-MiB', more, 'MB');
  }
  await running.stop();
  return few;
}

/** From the start of the processes to the last worker in sync. */
async function first(workers) {
  const running = await cluster(workers, sizes.first);
  const yardstick = await rsyncs(path.join(running.master.root, 'etc/shared/base'), workers);
  const start = performance.now();
  running.start();
  await running.converged(sizes.first);
  const name = `cluster.first-sync-${thousands(sizes.first)}-files-${workers}-workers`;
  report(name, seconds(start), 's', { name: `rsync -a to ${workers} folders at once`, value: yardstick });
  await running.stop();
}

async function large(few) {
  const running = await cluster(4, sizes.many);
  running.start();
  let start = performance.now();
  await running.converged(sizes.many);
  report(`cluster.first-sync-${thousands(sizes.many)}-files-4-workers`, seconds(start), 's');
  if (wanted('latency')) reportLatency(await latencies(running, thousands(sizes.many)), few);
  if (wanted('idle')) await idle(running);
  await running.stop();
  start = performance.now();
  running.start();
  await running.converged(sizes.many);
  report(`cluster.second-start-${thousands(sizes.many)}-files-4-workers`, seconds(start), 's');
  await running.stop();
}

/** Long enough after the last work for threads and caches to be given back. */
const calmMs = quick ? 12_000 : 40_000;

async function idle(running) {
  await pause(calmMs);
  const sent = async () => (await running.health(running.master)).sentBytes;
  const look = () => running.nodes.map(cpuOf);
  const bytes = await sent();
  const before = look();
  await pause(sizes.idleMs);
  const used = look().map((after, index) => ((after - before[index]) * 60_000) / sizes.idleMs);
  const [master, ...workers] = used;
  report('cluster.idle-minute-master', master, 'CPU-s');
  report('cluster.idle-minute-worker', Math.max(...workers), 'CPU-s');
  const more = await sent();
  if (more !== undefined) report('cluster.idle-minute-sent', ((more - bytes) / 1_000) * (60_000 / sizes.idleMs), 'KB');
  const bare = { name: 'a Node process that does nothing', value: await bareNode() };
  const [ofMaster, ...ofWorkers] = running.nodes.map((node) => rssOf(node.pid()));
  report('cluster.memory-idle-master', ofMaster, 'MB', bare);
  report('cluster.memory-idle-worker', Math.max(...ofWorkers), 'MB', bare);
}

try {
  const few = wanted('latency') || wanted('batches') ? await small() : undefined;
  if (wanted('first')) for (const workers of [1, 4]) await first(workers);
  if (wanted('latency') || wanted('idle')) await large(few);
} finally {
  for (const each of clusters) await each.close();
  fs.rmSync(base, { recursive: true, force: true });
}
