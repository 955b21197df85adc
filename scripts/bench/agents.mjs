/**
 * Statuses of agents, from workers to the master's store: the actors of agent-info over their LMDB stores and over
 * TLS links, each node a process of its own. What a manager would have seen is made as it is asked for, 5,000 at a
 * time. Beside it, in the same run: LMDB puts of the same records as JSON, 1,000 to a transaction, each awaited; and
 * the JSON over a plain TCP socket. Then a real cluster: one status, one group, among many agents.
 *
 *   node scripts/bench/agents.mjs [--quick] [--only bulk,one,digest] [--sizes 1000,100000]
 *
 * Build first: it runs on `dist`. One JSON line a figure.
 */
import { fork } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openRangeDigest } from '../../protocol/dist/index.js';
import { groupOfOne, oneStatus } from './agents-cluster.mjs';
import { jsonOf, roles } from './agents-nodes.mjs';

const self = fileURLToPath(import.meta.url);
const option = (name) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1].split(',') : undefined;
const quick = process.argv.includes('--quick');
const wanted = (name) => option('--only')?.includes(name) ?? true;
const sizes = option('--sizes')?.map(Number) ?? (quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000]);
const many = quick ? 10_000 : 100_000;

/** Seconds that the JSON of `count` statuses takes to another process. */
async function overTcp(count) {
  const sink = await start('sink', {});
  // A hundred pieces at most, again and again: their making is on nobody's account.
  const pieces = Array.from({ length: Math.min(100, Math.ceil(count / 1_000)) }, (_, at) =>
    Buffer.concat(Array.from({ length: Math.min(1_000, count) }, (_, i) => jsonOf(1 + at * 1_000 + i))),
  );
  const socket = net.connect(sink.ready, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const began = performance.now();
  for (let sent = 0, at = 0; sent < count; sent += Math.min(1_000, count), at++)
    if (!socket.write(pieces[at % pieces.length])) await new Promise((resolve) => socket.once('drain', resolve));
  socket.end();
  await new Promise((resolve) => socket.once('data', resolve));
  const took = (performance.now() - began) / 1_000;
  sink.end();
  return took;
}

/** A role as a process. */
async function start(role, options) {
  const child = fork(self, ['--role', role, JSON.stringify(options)], {
    execArgv: ['--expose-gc', ...(process.env.MUSTER_BENCH_NODE?.split(' ') ?? [])],
  });
  const next = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`${role} ended with ${code}`)));
    });
  const ready = await next();
  return {
    ready,
    ask: () => {
      child.send('answer');
      return next();
    },
    end: () => child.disconnect(),
  };
}

async function bulk(count, workers) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-bench-'));
  const puts = await start('puts', { file: path.join(folder, 'puts'), count });
  const yardstick = await puts.ask();
  puts.end();
  const tcpS = await overTcp(count);
  const master = await start('master', { file: path.join(folder, 'master') });
  const share = Math.ceil(count / workers);
  const all = await Promise.all(
    Array.from({ length: workers }, (_, i) =>
      start('worker', {
        ...{ file: path.join(folder, `worker${i}`), name: `worker${i + 1}`, port: master.ready },
        ...{ first: 1 + i * share, count: Math.min(share, count - i * share) },
      }),
    ),
  );
  const found = await Promise.all(all.map((worker) => worker.ask()));
  const ofMaster = await master.ask();
  if (ofMaster.size !== count) throw new Error(`the master holds ${ofMaster.size} of ${count}`);
  for (const each of [...all, master]) each.end();
  const name = `agents.${count.toLocaleString('en')}-statuses-from-${workers}`;
  const most = (figure) => Math.max(...found.map((each) => each[figure]));
  const { cpuS, stallMs, stopMs, moreRssMB, rssMB, anonymousMB } = ofMaster;
  /** The same machine stalls whoever only writes, too. */
  const putsStall = { name: 'the puts', value: yardstick.stallMs };
  const puttings = { name: 'LMDB puts of the same records', value: yardstick.took };
  report(name, most('took'), 's', puttings, { tcpS: round(tcpS), putsCpuS: round(yardstick.cpuS) });
  report(`${name}-wire`, found.reduce((sum, { sent }) => sum + sent, 0) / 1e6, 'MB', {
    name: 'their JSON',
    value: yardstick.bytes / 1e6,
  });
  report(`${name}-cpu-master`, cpuS, 'CPU-s');
  report(
    `${name}-cpu-workers`,
    found.reduce((sum, each) => sum + each.cpuS, 0),
    'CPU-s',
  );
  report(`${name}-stall-master`, stallMs, 'ms', putsStall);
  report(`${name}-stall-worker`, most('stallMs'), 'ms', putsStall);
  report(`${name}-stop-master`, stopMs, 'CPU-ms', { name: 'the puts', value: yardstick.stopMs });
  report(`${name}-stop-worker`, most('stopMs'), 'CPU-ms', { name: 'the puts', value: yardstick.stopMs });
  report(`${name}-memory-master`, moreRssMB, 'MB more', { name: 'the puts', value: yardstick.moreRssMB });
  report(`${name}-memory-worker`, most('moreRssMB'), 'MB more', { name: 'the puts', value: yardstick.moreRssMB });
  report(`${name}-rss-master`, rssMB, 'MB', undefined, { anonymousMB });
  report(`${name}-rss-worker`, most('rssMB'), 'MB', undefined, { anonymousMB: most('anonymousMB') });
  await pause(200);
  fs.rmSync(folder, { recursive: true, force: true });
}

/** Microseconds that one change costs among so many. */
function digestCost(agents) {
  const digest = openRangeDigest();
  for (let id = 1; id <= agents; id++) digest.change(id, undefined, id);
  const changes = 200_000;
  const began = performance.now();
  for (let i = 0; i < changes; i++) digest.change(1 + ((i * 7_919) % agents), 1 + ((i * 7_919) % agents), i);
  return ((performance.now() - began) * 1_000) / changes;
}

const round = (number) => (number === undefined ? undefined : Number(number.toPrecision(4)));
function report(bench, value, unit, yardstick, extra = {}) {
  const row = { bench, value: round(value), unit, yardstick: round(yardstick?.value), yardstickName: yardstick?.name };
  const ratio = yardstick === undefined ? undefined : Number((value / yardstick.value).toPrecision(3));
  process.stdout.write(`${JSON.stringify({ ...row, ratio, ...extra })}\n`);
}

if (process.argv[2] === '--role') {
  const { ready, answer } = await roles[process.argv[3]](JSON.parse(process.argv[4]));
  process.on('message', async () => process.send(await answer()));
  process.on('disconnect', () => process.exit());
  process.send(ready);
} else {
  if (wanted('bulk'))
    for (const count of sizes)
      for (const workers of option('--workers')?.map(Number) ?? [1, 4]) await bulk(count, workers);
  if (wanted('digest')) {
    digestCost(1_000);
    report('agents.digest-change-among-100,000', digestCost(100_000), 'µs', {
      name: 'among 1,000',
      value: digestCost(1_000),
    });
  }
  if (wanted('one')) {
    await oneStatus(report, quick ? 10 : 60);
    await groupOfOne(report, many, quick ? 3 : 10);
  }
}
