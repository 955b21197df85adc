/**
 * The balancer against a real HAProxy on loopback: how soon a server that joins takes agents, how many sessions are
 * moved against the least that would do, how long until all are back, what a leaving server costs, and whether HAProxy
 * is ever another process. Yardsticks of the same run: the least number of moves, and the time that as many agents
 * take to connect anew through HAProxy when nobody but themselves ends their connections.
 * Needs haproxy on PATH (or MUSTER_HAPROXY). Build first, then: node scripts/bench/haproxy.mjs [--quick]
 * One JSON object per line on stdout.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { getBalance, spawnBalancer } from '../../actors/haproxy-balancer/dist/index.js';
import { ask, nactScheduler, openSystem, systemClock, systemRandom, tell } from '../../packages/actor/dist/index.js';
import { findHaproxy, nodeHaproxyPorts, openRuntimeDriver } from '../../packages/haproxy/dist/index.js';
import { openRealHaproxy } from '../../packages/haproxy/dist/testing/index.js';

const quick = process.argv.includes('--quick');
/** Agents connect anew so long after their connection was ended. */
const againMs = () => 50 + Math.random() * 200;

const row = (bench, value, unit, yardstick, ratio) =>
  process.stdout.write(
    `${JSON.stringify({ bench, value, unit, yardstick, ...(ratio === undefined ? {} : { ratio }) })}\n`,
  );

/** Something that takes agents. */
async function manager() {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1', 4_096);
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  return { port: server.address().port, count: () => sockets.size, close };
}

/** Agents that hold a connection, and come again when it is ended. */
function fleet(port) {
  const open = new Set();
  let over = false;
  let refused = 0;
  const join = () => {
    if (over) return;
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('connect', () => open.add(socket));
    socket.once('error', () => {
      refused += 1;
    });
    socket.once('close', () => {
      open.delete(socket);
      if (!over) setTimeout(join, againMs());
    });
    socket.resume();
  };
  return {
    join: (count) => {
      for (let n = 0; n < count; n++) join();
    },
    size: () => open.size,
    refused: () => refused,
    /** They end `count` of their connections themselves. */
    leave: (count) => {
      for (const socket of [...open].slice(0, count)) socket.destroy();
    },
    close: () => {
      over = true;
      for (const socket of open) socket.destroy();
    },
  };
}

async function until(what, check, ms = 120_000) {
  const end = performance.now() + ms;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(5);
  }
}

/** A balancer before `managers`, of which the first `up` are members. */
async function stage({ managers: count, up, chunk = 100_000, interMs = 1_000 }) {
  const haproxy = await openRealHaproxy({ maxconn: 8_000 });
  const managers = [];
  for (let n = 0; n < count; n++) managers.push(await manager());
  const driver = openRuntimeDriver(
    {
      endpoint: { kind: 'unix', path: haproxy.socket },
      backend: haproxy.backend,
      check: { interMs, rise: 1 },
      persist: { path: haproxy.agentsCfg, binary: haproxy.binary },
    },
    nodeHaproxyPorts(),
  );
  const scheduler = nactScheduler();
  const system = openSystem({
    clock: systemClock,
    random: systemRandom,
    scheduler,
    observer: {},
    giveUp: (reason) => {
      throw new Error(reason);
    },
  });
  const events = [];
  const balancer = system.root.spawn((parent) =>
    spawnBalancer(
      parent,
      { clock: systemClock, haproxy: driver, report: (event) => events.push(event) },
      {
        name: 'haproxy-balancer',
        endpoint: haproxy.socket,
        pollMs: 1_000,
        frequencyMs: 10_000,
        chunk,
        pauseMs: 0,
        settleMs: 60_000,
        tolerance: 0.1,
        removeAfterMs: 240 * 60_000,
        quietMs: 0,
        joinTimeoutMs: 10_000,
      },
    ),
  );
  const standing = new Map(managers.map((_, n) => [`node${n + 1}`, n < up ? 'up' : undefined]));
  const say = () =>
    tell(balancer, {
      type: 'members',
      members: managers.flatMap(({ port }, n) => {
        const name = `node${n + 1}`;
        const is = standing.get(name);
        return is === undefined ? [] : [{ name, address: '127.0.0.1', port, weight: 100, standing: is, since: 0 }];
      }),
    });
  const view = () => ask(balancer, getBalance, 5_000);
  const became = (name, is) => {
    standing.set(name, is);
    say();
  };
  const ready = async () => {
    const { servers, phase } = await view();
    const wanted = [...standing].filter(([, is]) => is === 'up').length;
    return (
      phase === 'balanced' &&
      servers.filter(({ admin, health }) => admin === 'ready' && health === 'up').length === wanted
    );
  };
  say();
  await until('servers are ready', ready);
  return {
    haproxy,
    managers,
    view,
    events,
    became,
    ready,
    agents: fleet(haproxy.agentPort),
    close: async () => {
      await system.stop();
      scheduler.stop?.();
      driver.close();
      await haproxy.close();
      await Promise.all(managers.map((each) => each.close()));
    },
  };
}

const counts = (view) => view.servers.map(({ sessions }) => sessions);
const spread = (numbers) => Math.max(...numbers) - Math.min(...numbers);

/** A server joins `sessions` that are spread over three. */
async function join(sessions) {
  const on = await stage({ managers: 4, up: 3 });
  on.agents.join(sessions);
  await until('agents are connected', () => on.agents.size() === sessions);
  await until('the balancer is at rest', on.ready);
  const least = sessions / 4;

  // The yardstick: as many agents connect anew because they want to.
  let began = performance.now();
  on.agents.leave(least);
  await until('they are gone', () => on.agents.size() < sessions);
  await until('they are back', () => on.agents.size() === sessions);
  const alone = performance.now() - began;
  await until('the balancer is at rest', on.ready);
  const before = await on.view();
  on.events.length = 0;

  began = performance.now();
  on.became('node4', 'up');
  await until(
    'the fourth takes agents',
    () => on.managers[3].count() > 0 || on.events.some(({ type }) => type === 'plan'),
  );
  await until('the plan is over', () => on.events.some(({ type }) => type === 'settled'));
  await until('all are back', async () => on.agents.size() === sessions && (await on.ready()));
  const after = await on.view();
  const name = sessions.toLocaleString('en');
  const took = on.events.find(({ type }) => type === 'settled').tookMs;
  row(
    `haproxy.join-of-a-4th-to-${name}-moves`,
    after.cuts - before.cuts,
    'sessions',
    least,
    (after.cuts - before.cuts) / least,
  );
  row(`haproxy.join-of-a-4th-to-${name}-plans`, after.plans - before.plans, 'plans', 1);
  row(`haproxy.join-of-a-4th-to-${name}-spread`, spread(counts(after)), 'sessions', 0);
  row(`haproxy.join-of-a-4th-to-${name}-time`, took, 'ms', Math.round(alone), took / alone);
  on.agents.close();
  await on.close();
}

/** From the word that a node is up until HAProxy sends agents to it, health check included. */
async function firstAgent() {
  const on = await stage({ managers: 2, up: 1 });
  const times = [];
  for (let n = 0; n < (quick ? 2 : 5); n++) {
    const began = performance.now();
    on.events.length = 0;
    on.became('node2', 'up');
    await until('it joined', () => on.events.some(({ type }) => type === 'joined'));
    times.push(performance.now() - began);
    on.became('node2', 'left');
    await until('it is removed', () => on.events.some(({ type }) => type === 'removed'));
    on.became('node2', undefined);
  }
  times.sort((a, b) => a - b);
  row('haproxy.joining-node-takes-agents-p50', Math.round(times[Math.floor(times.length / 2)]), 'ms', 1_000);
  row('haproxy.joining-node-takes-agents-most', Math.round(times.at(-1)), 'ms', 1_000);
  await on.close();
}

/** One of three leaves, while others connect all the time. */
async function leave() {
  const on = await stage({ managers: 3, up: 3, chunk: 100 });
  on.agents.join(300);
  await until('agents are connected', () => on.agents.size() === 300);
  await until('the balancer is at rest', on.ready);
  let refused = 0;
  let tried = 0;
  let over = false;
  const knock = (async () => {
    while (!over) {
      tried += 1;
      const socket = connect({ host: '127.0.0.1', port: on.haproxy.agentPort });
      socket.once('error', () => {
        refused += 1;
      });
      socket.once('connect', () => setTimeout(() => socket.destroy(), 5));
      socket.resume();
      await pause(5);
    }
  })();
  const before = await on.view();
  const began = performance.now();
  on.became('node1', 'left');
  await until('it is removed', () => on.events.some(({ type }) => type === 'removed'));
  await until('all are back', () => on.agents.size() === 300);
  const took = performance.now() - began;
  over = true;
  await knock;
  const after = await on.view();
  row('haproxy.leave-of-one-of-3-with-300-refused', refused + on.agents.refused(), `of ${tried} connections`, 0);
  row(
    'haproxy.leave-of-one-of-3-with-300-moves',
    after.cuts - before.cuts,
    'sessions',
    100,
    (after.cuts - before.cuts) / 100,
  );
  row('haproxy.leave-of-one-of-3-with-300-time', Math.round(took), 'ms', 'none');
  on.agents.close();
  await on.close();
}

/** One node comes and goes; HAProxy has to be the same process at the end. */
async function reloads() {
  const changes = quick ? 10 : 100;
  const on = await stage({ managers: 3, up: 2, interMs: 100 });
  const { pid } = await on.view();
  for (let n = 0; n < changes; n += 2) {
    on.events.length = 0;
    on.became('node3', 'up');
    await until('it joined', () => on.events.some(({ type }) => type === 'joined'));
    on.became('node3', 'left');
    await until('it is removed', () => on.events.some(({ type }) => type === 'removed'));
  }
  const after = await on.view();
  row(
    `haproxy.reloads-for-${changes}-changes-of-members`,
    (after.pid === pid ? 0 : 1) + after.restartsSeen,
    'reloads',
    0,
  );
  await on.close();
}

if (findHaproxy() === undefined) {
  process.stderr.write('Skipped: there is no haproxy on PATH.\n');
  process.exit(0);
}
await firstAgent();
await join(300);
if (!quick) await join(3_000);
await leave();
await reloads();
process.exit(0);
