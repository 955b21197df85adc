/** The processes of the benchmark of agents: a master, workers, whoever puts the same records into LMDB, a TCP sink. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { nactScheduler, openSystem, systemClock, systemRandom, tell } from '../../packages/actor/dist/index.js';
import { acceptLink, endOfTurn, linkLimits, openLink, tlsTransport } from '../../packages/link/dist/index.js';
import { infoOf, updateOf } from './agents-records.mjs';

const cluster = 'bench';
const identity = (node, role) => ({ cluster, node, role, version: '0' });
const links = { key: 'b'.repeat(32), cluster, limits: linkLimits, clock: systemClock };
const linkDeps = { clock: systemClock, wallNow: Date.now, defer: endOfTurn, limits: linkLimits };
const wallBase = Date.now() - performance.now();
const nodeTime = () => wallBase + performance.now();
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Processor time of the event loop's thread, ms: what a stop of it takes on a machine that is ours alone. */
const mainThreadMs = () =>
  Number(fs.readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

/** What this process takes from here on. `stopMs`: the longest turn of its event loop, in processor time, and up to 5 ms. */
function meter() {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let most = before;
  let stopMs = 0;
  let used = mainThreadMs();
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
    const now = mainThreadMs();
    stopMs = Math.max(stopMs, now - used);
    used = now;
  }, 5);
  delay.enable();
  return () => {
    delay.disable();
    clearInterval(timer);
    const { user, system } = process.cpuUsage(cpu);
    const mb = (bytes) => Math.round(bytes / 1e5) / 10;
    const anonymous = Number(/RssAnon:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
    return {
      ...{ cpuS: (user + system) / 1e6, stallMs: delay.max / 1e6, stopMs },
      ...{ rssMB: mb(most), moreRssMB: mb(most - before), anonymousMB: mb(anonymous) },
    };
  };
}

async function openStore(file) {
  const { openLmdbKv } = await import('../../packages/store/dist/index.js');
  return (await openLmdbKv(file, { maxBytes: 2 ** 34 })).kv;
}

const openTree = () =>
  openSystem({ clock: systemClock, random: systemRandom, scheduler: nactScheduler(), observer: {}, giveUp: fail }).root;
function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
const idle = { message: () => {}, ask: () => {}, open: () => {}, closed: () => {} };
const keys = { exists: () => true, reread: () => Promise.resolve() };

/** Each tells `ready`, and answers every message with what it found. */
export const roles = {
  master: async ({ file }) => {
    const { spawnAgentMerger, mergerDefaults } = await import('../../actors/agent-info/dist/index.js');
    const { openMasterAgents } = await import('../../packages/store/dist/index.js');
    const store = await openMasterAgents(await openStore(file), { turn });
    const peers = new Map();
    const merger = openTree().spawn((parent) =>
      spawnAgentMerger(
        parent,
        {
          ...{ clock: systemClock, nodeTime, wallNow: Date.now, keys, nextTurn: turn, store },
          linkedWorkers: () => [...peers.keys()],
          manager: { publish: () => Promise.resolve([]), forget: () => Promise.resolve([]) },
          send: (to, message) => void peers.get(to)?.tell('agent-info', message),
          report: () => {},
        },
        { ...mergerDefaults, ownName: 'main', disconnectAfterMs: 9e8, confirmAfterMs: 1_000 },
      ),
    );
    const listening = await tlsTransport({
      ...{ ...links, ...identity('main', 'master'), listen: { bindAddr: '127.0.0.1', port: 0 } },
    }).listen({
      rejected: (rejection) => fail(JSON.stringify(rejection)),
      connection: async (connection) => {
        const link = await acceptLink(connection, identity('main', 'master'), async () => ({ accept: true }), linkDeps);
        const peer = link.peer.node;
        peers.set(peer, link);
        tell(merger, { type: 'worker-linked', peer });
        link.start({
          ...idle,
          ask: (_to, batch, answer) => tell(merger, { type: 'statuses', peer, batch, receivedMs: nodeTime(), answer }),
        });
      },
    });
    const measured = meter();
    const received = () => [...peers.values()].reduce((sum, link) => sum + link.stats().bytesIn, 0);
    return { ready: listening.port, answer: () => ({ ...measured(), size: store.size(), received: received() }) };
  },
  worker: async ({ file, name, port, first, count }) => {
    const { spawnAgentReporter, reporterDefaults } = await import('../../actors/agent-info/dist/index.js');
    const { openWorkerAgents } = await import('../../packages/store/dist/index.js');
    const own = await openWorkerAgents(await openStore(file), { leastRevision: Date.now(), turn });
    const options = { ...links, ...identity(name, 'worker'), dial: { host: '127.0.0.1', port } };
    const link = await openLink(
      await tlsTransport(options).dial(new AbortController().signal),
      identity(name, 'worker'),
      linkDeps,
    );
    link.start(idle);
    let given = 0;
    const observe = async () => {
      const some = Math.min(5_000, count - given);
      const updates = [];
      for (let i = 0; i < some; i++) {
        updates.push({ ...updateOf(first + given + i, nodeTime()), info: infoOf(first + given + i, name) });
        if (i % 250 === 249) await turn();
      }
      return {
        ...{ updates, faults: [], more: given + some < count },
        remembered: async () => {
          given += some;
        },
      };
    };
    return {
      ready: true,
      answer: async () => {
        const measured = meter();
        const began = performance.now();
        let reporter;
        await new Promise((resolve) => {
          reporter = openTree().spawn((parent) =>
            spawnAgentReporter(
              parent,
              {
                ...{ clock: systemClock, nodeTime, own, keys, nextTurn: turn, observe },
                forget: () => Promise.resolve([]),
                master: { linked: () => true, send: (batch) => link.ask('agent-info', batch, 60_000) },
                mark: () => {
                  if (given === count && own.unsentCount() === 0) resolve();
                },
                report: (event) => {
                  if (event.type === 'trouble') fail(JSON.stringify(event));
                },
              },
              { ...reporterDefaults, name: 'agent-info', hinted: true, confirmAfterMs: 1_000 },
            ),
          );
          tell(reporter, { type: 'changed' });
        });
        return { ...measured(), took: (performance.now() - began) / 1_000, sent: link.stats().bytesOut };
      },
    };
  },
  puts: async ({ file, count }) => {
    const require = createRequire(new URL('../../packages/store/package.json', import.meta.url));
    const { open } = require(require.resolve('lmdb'));
    const db = open({ path: file, noSubdir: true, encoding: 'binary', keyEncoding: 'binary', cache: false });
    return {
      ready: true,
      answer: async () => {
        const measured = meter();
        let took = 0;
        let bytes = 0;
        for (let id = 1; id <= count; id += 1_000) {
          const batch = [];
          for (let i = id; i < Math.min(id + 1_000, count + 1); i++) batch.push(jsonOf(i));
          const from = performance.now();
          await db.batch(() => {
            for (const [i, json] of batch.entries()) {
              const key = Buffer.alloc(4);
              key.writeUInt32BE(id + i);
              bytes += json.length;
              db.put(key, json);
            }
          });
          took += performance.now() - from;
        }
        return { ...measured(), took: took / 1_000, bytes };
      },
    };
  },
  sink: async () => {
    let bytes = 0;
    const server = net.createServer((socket) => {
      socket.on('data', (chunk) => {
        bytes += chunk.length;
      });
      socket.on('end', () => socket.end(String(bytes)));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { ready: server.address().port, answer: () => bytes };
  },
};

export const jsonOf = (id) =>
  Buffer.from(JSON.stringify({ ...updateOf(id, 1_795_000_000_000), revision: id, info: infoOf(id, 'worker1') }));
