/**
 * What metrics cost. One scrape of a master with 300 actors, 10,000 agents in its store, 10 nodes and 10 links, in CPU
 * time; yardstick in the same run: a scrape of prom-client's default metrics alone. And the timing of each 64th
 * message: tells to one actor with and without, in bursts that alternate, the ratio that of the medians; once of
 * messages that do nothing, and once of messages that do 1 us of work, which is less than any of ours does.
 * Build first, then: node --expose-gc scripts/bench/metrics.mjs [--quick]
 * One JSON object per line on stdout.
 */
import { createRequire } from 'node:module';
import {
  nactScheduler,
  openSystem,
  spawnActor,
  systemClock,
  systemRandom,
  tell,
} from '../../packages/actor/dist/index.js';
import { openMetrics, openSampledTimes } from '../../packages/metrics/dist/index.js';
import { emptyDisk, openMasterAgents, openMemoryKv } from '../../packages/store/dist/index.js';
import { eventKinds } from '../../protocol/dist/index.js';

const prom = createRequire(new URL('../../packages/metrics/package.json', import.meta.url))('prom-client');
const quick = process.argv.includes('--quick');
const agentCount = 10_000;
const actorCount = 300;
const scrapes = quick ? 20 : 400;
const alternations = quick ? 11 : 201;
const burst = 20_000;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const none = [];
const many = (count, one) => Array.from({ length: count }, (_, n) => one(n));
/** On a busy machine the wall clock times its neighbours. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

function report(bench, value, unit, of, yardstick) {
  const ratio = Number((value / of).toFixed(3));
  process.stdout.write(`${JSON.stringify({ bench, value: Number(value.toFixed(3)), unit, yardstick, ratio })}\n`);
}

const opened = [];
function open(observer = {}) {
  const scheduler = nactScheduler();
  const giveUp = (reason) => {
    throw new Error(reason);
  };
  const system = openSystem({ clock: systemClock, random: systemRandom, scheduler, observer, giveUp });
  opened.push({ system, scheduler });
  return system;
}

async function agents() {
  const store = await openMasterAgents(openMemoryKv(emptyDisk(), { maxBytes: 2 ** 30 }));
  for (let from = 0; from < agentCount; from += 500) {
    const rows = many(500, (n) => ({
      ...{ id: from + n + 1, revision: 1, seenMs: 1_790_000_000_000 },
      ...{ status: 'active', code: 0, disconnectedMs: 0 },
    }));
    await store.merge(`worker${(from / 500) % 10}`, rows, () => true);
  }
  return store;
}

const node = (name) => ({
  ...{ name, role: 'worker', version: '0.1.0', address: '10.0.0.7:4123', liveness: 'up', reason: 'its beats arrive' },
  ...{ sync: 'in-sync', lag: 0, behindMs: 0, files: 10_000, heardMs: 12, loopDelayMs: 0, skewMs: 1 },
});
const link = (peer) => ({
  ...{ peer, role: 'worker', version: '0.1.0', address: '10.0.0.7:4123', sinceMs: 1, skewMs: 1, roundTripMs: 0.5 },
  ...{ sentBytes: 1, receivedBytes: 1, sentBulkBytes: 1, receivedBulkBytes: 1, queuedBytes: 0, streams: 0, asks: 0 },
});

function sourcesOf(system, store, times) {
  const names = many(10, (n) => `worker${n}`);
  return {
    ...{ clock: systemClock, node: 'main', role: 'master', version: '0.1.0', rssBytes: () => 1, loopDelayMs: () => 1 },
    health: () => ({
      ...{ type: 'health', role: 'master', files: 10_000, bytes: 1, problems: [], agents: agentCount },
      work: { scans: 1, hashed: 1, replications: 0, written: 0, removed: 0, writtenBytes: 0 },
      agentWork: {
        ...{ taken: 1, lost: 0, unknown: 0, neverConnected: 0, storeBytes: 1, storeMaxBytes: 2 },
        unpublished: store.unpublished(1_000).length,
      },
    }),
    cluster: () => ({ type: 'cluster', cluster: 'c', nodes: names.map(node) }),
    links: () => ({ type: 'links', rows: names.map(link), reconnects: 0 }),
    reconnects: () => new Map(names.map((name) => [name, 0])),
    laneBytes: () => ({ sentBytes: 2, receivedBytes: 2, sentBulkBytes: 1, receivedBulkBytes: 1 }),
    events: () => Object.fromEntries(eventKinds.map((kind) => [kind, 1])),
    balance: () => ({ type: 'balance', instances: [] }),
    ...{ system, times, agents: store.counts },
  };
}

const idle = (name) => ({
  name,
  clock: systemClock,
  init: () => 0,
  decide: (state) => ({ state, effects: none }),
  perform: () => {},
});

/** CPU ms of one scrape: of ten at a time, for the clock of the CPU is coarse. */
async function scrapeMs(scrape) {
  for (let n = 0; n < 20; n++) await scrape();
  const took = [];
  for (let n = 0; n < scrapes / 10; n++) {
    const began = cpuMs();
    for (let k = 0; k < 10; k++) await scrape();
    took.push((cpuMs() - began) / 10);
  }
  return median(took);
}

async function scraping() {
  const times = openSampledTimes();
  const system = open(times.observer);
  for (let n = 0; n < actorCount; n++) spawnActor(system.root, idle(`actor-${n}`));
  const metrics = openMetrics(sourcesOf(system, await agents(), times));
  const registry = new prom.Registry();
  prom.collectDefaultMetrics({ register: registry });
  const yardstick = await scrapeMs(() => registry.metrics());
  const value = await scrapeMs(() => metrics.scrape());
  const { text } = await metrics.scrape();
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  const defaults = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  report('metrics.scrape', value, 'CPU-ms', yardstick, Number(yardstick.toFixed(3)));
  report('metrics.series', series, 'series', defaults, defaults);
  const each = (yardstick / defaults) * 1_000;
  report('metrics.scrape-each-series', (value / series) * 1_000, 'CPU-us', each, Number(each.toFixed(3)));
}

/** An actor whose handler spins `work` times. */
function counter({ root }, work) {
  const goal = { left: 0, reached: () => {} };
  const counting = spawnActor(root, {
    ...idle('counter'),
    decide: (count) => {
      let state = count;
      for (let n = 0; n < work; n++) state = (Math.imul(state, 48_271) + 1) | 0;
      if (--goal.left === 0) goal.reached();
      return { state, effects: none };
    },
  });
  return { counting, goal };
}

/** Tells per CPU second of one burst. */
async function speed({ counting, goal }) {
  const message = { type: 'count' };
  const drained = new Promise((resolve) => {
    goal.left = burst;
    goal.reached = resolve;
  });
  const began = cpuMs();
  for (let n = 0; n < burst; n++) tell(counting, message);
  await drained;
  return (burst / (cpuMs() - began)) * 1_000;
}

/** In an order that turns about: what ran before weighs on what runs next. */
async function observed(name, work) {
  const all = [{}, {}, openSampledTimes().observer].map((observer) => counter(open(observer), work));
  const speeds = all.map(() => []);
  for (let n = -20; n < alternations; n++) {
    for (let k = 0; k < all.length; k++) {
      const who = (n + 20 + k) % all.length;
      const measured = await speed(all[who]);
      if (n >= 0) speeds[who].push(measured);
    }
  }
  const [base, again, timed] = speeds.map(median);
  report(`metrics.messages-${name}, again without (what chance does)`, again, 'messages/CPU-s', base, Math.round(base));
  report(`metrics.messages-${name}, timed by sample`, timed, 'messages/CPU-s', again, Math.round(again));
}

await scraping();
await observed('of-nothing', 0);
await observed('of-1-us', 190);
for (const { system, scheduler } of opened) {
  await system.stop();
  scheduler.stop();
}
process.exit(0);
