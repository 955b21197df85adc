// The store of agents against LMDB puts of the same records in the same run. Build first; then
// `node scripts/bench/store.mjs [agents…]` (100,000 and 1,000,000): one JSON line a figure.
//
// Every part runs in a process of its own, for its memory: `puts` writes each record as its JSON under its id, a batch
// of 600 to a transaction, and waits for each; `merge` gives the same batches to the master's store; `again` sends the
// same statuses without what is known of the agents; `open` opens what was written.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const rest = process.argv.slice(2);
const rounds = 3;
const batchRows = 600;
const startMs = 1_763_760_000_000;

const digits = (id) => String(id).padStart(7, '0');
const infoOf = (id) => ({
  name: `web-frontend-${digits(id)}`,
  ip: `10.${(id >>> 16) & 255}.${(id >>> 8) & 255}.${id & 255}`,
  version: 'Wazuh v4.14.0',
  osName: 'Ubuntu',
  osVersion: '22.04.4 LTS',
  osMajor: '22',
  osMinor: '04',
  osCodename: 'Jammy Jellyfish',
  osBuild: '',
  osPlatform: 'ubuntu',
  osUname: `Linux |web-frontend-${digits(id)} |5.15.0-101-generic |#111-Ubuntu SMP Tue Mar 5 20:16:58 UTC 2024 |x86_64`,
  osArch: 'x86_64',
  configSum: 'ab73af41699f13fdd81903b5f23d8d00',
  mergedSum: 'c4ca4238a0b923820dcc509a6f75849b',
  managerHost: 'manager-worker1',
  nodeName: 'worker1',
  groupConfigStatus: 'synced',
  labels: [['environment', 'production']],
});
const updateOf = (id, revision) => ({
  id,
  revision,
  seenMs: startMs + (id % 60_000),
  status: 'active',
  code: 0,
  disconnectedMs: 0,
});

/** Of all threads of this process, while `batches` wrote, ms. */
let writingCpu = 0;

/** Calls `write` for each batch, made outside of the time. */
async function batches(count, make, write) {
  let took = 0;
  for (let first = 1; first <= count; first += batchRows) {
    const batch = Array.from({ length: Math.min(batchRows, count - first + 1) }, (_, i) => make(first + i));
    const cpu = process.cpuUsage();
    const from = performance.now();
    await write(batch);
    took += performance.now() - from;
    const { user, system } = process.cpuUsage(cpu);
    writingCpu += (user + system) / 1_000;
  }
  return took;
}

const parts = {
  puts: async (file, count) => {
    const require = createRequire(new URL('../../packages/store/package.json', import.meta.url));
    const { open } = require(require.resolve('lmdb'));
    const db = open({ path: file, noSubdir: true, encoding: 'binary', keyEncoding: 'binary', cache: false });
    const took = await batches(
      count,
      (id) => {
        const key = Buffer.alloc(4);
        key.writeUInt32BE(id);
        return [key, Buffer.from(JSON.stringify({ ...updateOf(id, id), info: infoOf(id) }))];
      },
      (batch) =>
        db.batch(() => {
          for (const [key, value] of batch) db.put(key, value);
        }),
    );
    await db.close();
    return { took };
  },
  merge: (file, count) =>
    withAgents(file, (agents) =>
      batches(
        count,
        (id) => ({ ...updateOf(id, id), info: infoOf(id) }),
        (batch) => agents.merge('worker1', batch, () => true),
      ),
    ),
  again: (file, count) =>
    withAgents(file, (agents) =>
      batches(
        count,
        (id) => updateOf(id, count + id),
        (batch) => agents.merge('worker1', batch, () => true),
      ),
    ),
  open: (file) => withAgents(file, () => 0),
};

async function withAgents(file, work) {
  const { openLmdbKv, openMasterAgents } = await import('../../packages/store/dist/index.js');
  const from = performance.now();
  const { kv } = await openLmdbKv(file, { maxBytes: 2 ** 33 });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const agents = await openMasterAgents(kv, { turn });
  const opened = performance.now() - from;
  const took = await work(agents);
  const { bytes } = kv.size();
  await kv.close();
  return { took, opened, bytes };
}

async function part(name, file, count) {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  delay.enable();
  const figures = await parts[name](file, count);
  delay.disable();
  clearInterval(timer);
  const status = fs.readFileSync('/proc/self/status', 'utf8');
  const anonymous = Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  const mib = (bytes) => bytes / 2 ** 20;
  const row = {
    ...figures,
    stall: delay.max / 1e6,
    rss: mib(Math.max(most, process.memoryUsage().rss)),
    above: mib(Math.max(most, process.memoryUsage().rss) - before),
    anonymous,
    cpu: writingCpu,
  };
  process.stdout.write(JSON.stringify(row));
}

const report = (bench, value, unit, yardstick, extra = {}) => {
  const ratio =
    yardstick === undefined ? {} : { yardstick: +yardstick.toFixed(1), ratio: +(value / yardstick).toFixed(2) };
  process.stdout.write(`${JSON.stringify({ bench, value: +value.toFixed(1), unit, ...ratio, ...extra })}\n`);
};
const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];
const round = (figures) =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, +value.toFixed(1)]));

function measure(count) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-bench-'));
  const run = (name, file) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--expose-gc', fileURLToPath(import.meta.url), 'part', name, path.join(folder, file), String(count)],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const all = Array.from({ length: count > 200_000 ? 1 : rounds }, (_, i) => ({
    puts: run('puts', `puts-${i}.mdb`),
    merge: run('merge', `merge-${i}.mdb`),
    again: run('again', `merge-${i}.mdb`),
    open: run('open', `merge-${i}.mdb`),
  }));
  const of = (name, figure) => median(all.map((each) => each[name][figure]));
  const extra = (name) =>
    round({
      stallMs: of(name, 'stall'),
      rssMiB: of(name, 'rss'),
      aboveMiB: of(name, 'above'),
      anonymousMiB: of(name, 'anonymous'),
      cpuMs: of(name, 'cpu'),
    });
  const agents = count.toLocaleString('en-US');
  report(`store.merge-${agents}-full`, of('merge', 'took'), 'ms', of('puts', 'took'), {
    ...extra('merge'),
    puts: extra('puts'),
    fileMiB: +(of('merge', 'bytes') / 2 ** 20).toFixed(1),
  });
  report(`store.merge-${agents}-alive`, of('again', 'took'), 'ms', of('puts', 'took'), extra('again'));
  report(`store.open-${agents}`, of('open', 'opened'), 'ms', undefined, extra('open'));
  fs.rmSync(folder, { recursive: true });
}

if (rest[0] === 'part') await part(rest[1], rest[2], Number(rest[3]));
else for (const count of rest.length > 0 ? rest.map(Number) : [100_000, 1_000_000]) measure(count);
