/**
 * Messages inside one process: what an inspector costs that looks at 10,000 actors each second; tells to one actor; alone, amid 10,000 siblings, inside a nested
 * supervisor of 10,000 children, and with observers; ping-pong and asks; what an idle actor and a
 * dead letter cost. Yardsticks in the same run: bare nact, a bare queue drained in batches, and for
 * the crowds a system with one actor that is alive at the same time: bursts alternate, and the ratio
 * is that of the medians. Build first, then: node --expose-gc scripts/bench/actor.mjs
 * One JSON object per line on stdout, a table on stderr.
 */
import { createRequire } from 'node:module';
import {
  ask,
  nactScheduler,
  openSystem,
  spawnActor,
  systemClock,
  systemRandom,
  tell,
} from '../../packages/actor/dist/index.js';

const nact = createRequire(new URL('../../packages/actor/package.json', import.meta.url))('nact');

const rounds = 5;
/** Below the default capacity of a mailbox, so that nothing is dropped. */
const burst = 20_000;
const crowd = 10_000;

/** Rounds that alternate between systems, each of one burst: some milliseconds, so that few are disturbed. */
const alternations = 201;

const opened = [];
/** A system of its own, on a nact of its own. */
function open(observer = {}) {
  const scheduler = nactScheduler();
  const system = openSystem({ clock: systemClock, random: systemRandom, scheduler, observer, giveUp: fail });
  opened.push({ system, scheduler });
  return system;
}
const results = [];

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

/** Messages per second of the best of `rounds`: other work on the machine only ever slows a round. */
async function best(total, round) {
  let fastest = 0;
  for (let n = 0; n < rounds; n++) {
    const began = performance.now();
    await round(total);
    fastest = Math.max(fastest, (total / (performance.now() - began)) * 1_000);
  }
  return Math.round(fastest);
}

/** An actor that counts, and calls `goal.reached` when it came to the goal. */
function counter(parent, name, goal = { left: 0, reached: () => {} }) {
  const counting = spawnActor(parent, {
    name,
    clock: systemClock,
    init: () => 0,
    decide: (count) => {
      if (--goal.left === 0) goal.reached();
      return { state: count + 1, effects: none };
    },
    perform: () => {},
  });
  return { counting, goal };
}
const none = [];

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function inBursts(total, goal, send) {
  for (let sent = 0; sent < total; sent += burst) {
    const drained = new Promise((resolve) => {
      goal.left = burst;
      goal.reached = resolve;
    });
    for (let n = 0; n < burst; n++) send();
    await drained;
  }
}

function tells({ counting, goal }) {
  const message = { type: 'count' };
  return best(2_000_000, (total) => inBursts(total, goal, () => tell(counting, message)));
}

async function bareNact(total) {
  const goal = { left: 0, reached: () => {} };
  const bare = nact.start();
  const actor = nact.spawn(
    bare,
    (state = 0) => {
      if (--goal.left === 0) goal.reached();
      return state + 1;
    },
    'bare',
  );
  const message = { type: 'count' };
  const value = await best(total, (all) => inBursts(all, goal, () => nact.dispatch(actor, message)));
  nact.stop(actor);
  nact.stop(bare);
  return value;
}

/** A queue drained in batches of 256 per turn of the event loop: what no actor library can beat. */
function bareQueue(total) {
  const goal = { left: 0, reached: () => {} };
  let queue = [];
  let first = 0;
  let count = 0;
  const drain = () => {
    const until = Math.min(queue.length, first + 256);
    while (first < until) {
      count += queue[first++].step;
      if (--goal.left === 0) goal.reached();
    }
    if (first === queue.length) {
      queue = [];
      first = 0;
    } else setImmediate(drain);
  };
  const message = { step: 1 };
  const send = () => {
    if (queue.length === 0) setImmediate(drain);
    queue.push(message);
  };
  return best(total, (all) => inBursts(all, goal, send)).then((value) => (count > 0 ? value : 0));
}

function pingPong(parent) {
  let left = 0;
  let finished = () => {};
  const players = [];
  for (const name of ['ping', 'pong']) {
    players.push(
      spawnActor(parent, {
        name,
        clock: systemClock,
        init: () => 0,
        decide: (count) => ({ state: count + 1, effects: ['return'] }),
        perform: () => {
          if (--left <= 0) finished();
          else tell(players[name === 'ping' ? 1 : 0], { type: 'ball' });
        },
      }),
    );
  }
  return best(
    100_000,
    (total) =>
      new Promise((resolve) => {
        left = total;
        finished = resolve;
        tell(players[0], { type: 'ball' });
      }),
  );
}

function echo(parent) {
  return spawnActor(parent, {
    name: 'echo',
    clock: systemClock,
    init: () => 0,
    decide: (count, message) => ({ state: count + 1, effects: [message.replyTo] }),
    perform: (replyTo) => tell(replyTo, 'pong'),
  });
}

async function asks(total, inFlight, once) {
  return best(total, async (all) => {
    for (let sent = 0; sent < all; sent += inFlight) {
      await Promise.all(Array.from({ length: inFlight }, once));
    }
  });
}

function report(bench, value, yardstick, of, unit = 'messages/s') {
  const ratio = Number.isNaN(of) ? null : Number((value / of).toFixed(3));
  const line = { bench, value, unit, yardstick, ratio };
  results.push(line);
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** CPU milliseconds of this process: on a busy machine the wall clock times its neighbours. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Tells per CPU second of one burst. */
async function once({ counting, goal }) {
  const message = { type: 'count' };
  const began = cpuMs();
  await inBursts(burst, goal, () => tell(counting, message));
  return (burst / (cpuMs() - began)) * 1_000;
}

/** All systems in turn, in an order that turns about; each rival's median against the median of the first. */
async function alternate(all) {
  const speeds = all.map(() => []);
  for (let n = -20; n < alternations; n++) {
    for (let k = 0; k < all.length; k++) {
      const who = (n + 20 + k) % all.length;
      const speed = await once(all[who].counter);
      if (n >= 0) speeds[who].push(speed);
    }
  }
  const base = median(speeds[0]);
  for (let who = 1; who < all.length; who++) {
    report(all[who].bench, Math.round(median(speeds[who])), `alone, in turn: ${Math.round(base)}/s`, base);
  }
}

function traced(match) {
  const { root, trace } = open();
  trace(match, () => {});
  return counter(root, 'traced');
}

const idle = (name) => ({
  name,
  clock: systemClock,
  init: () => 0,
  decide: (state) => ({ state, effects: none }),
  perform: () => {},
});

/** As packages/daemon/src/system.ts attaches it, without the writing of a log. */
const likeTheDaemon = { crashed: () => {}, restarted: () => {}, deadLetter: () => {} };

function idleBytes() {
  if (globalThis.gc === undefined) return;
  const { root } = open();
  const names = Array.from({ length: crowd }, (_, n) => `idle-${n}`);
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (const name of names) spawnActor(root, idle(name));
  globalThis.gc();
  const bytes = Math.round((process.memoryUsage().heapUsed - before) / crowd);
  report('memory of an idle actor', bytes, '4,096 bytes', 4_096, 'bytes');
}

async function deadLetterPrice() {
  const { root } = open();
  const { counting } = counter(root, 'gone');
  await root.stopChild(counting);
  const row = { id: '001', name: 'agent', ip: '10.0.0.1', status: 'active' };
  const messages = {
    small: { type: 'heard', peer: 'worker1' },
    'of 1,000 rows': { type: 'rows', rows: Array(1_000).fill(row) },
  };
  for (const [name, message] of Object.entries(messages)) {
    const value = await best(20_000, (total) => {
      for (let n = 0; n < total; n++) tell(counting, message);
    });
    report(`dead letters, ${name}`, value, '', Number.NaN);
  }
}

/** What one look of an inspector takes: it looks once a second, and nothing else runs meanwhile. */
function looks() {
  const { root, inspect } = open();
  for (let n = 0; n < crowd; n++) spawnActor(root, idle(`idle-${n}`));
  for (const [name, most] of [
    ['all of 10,000 actors', undefined],
    ['1,000 of 10,000 actors', 1_000],
  ]) {
    const took = Array.from({ length: 200 }, () => {
      const began = performance.now();
      inspect(most);
      return performance.now() - began;
    });
    report(`inspect(), ${name}, median`, Number(median(took).toFixed(3)), '10 ms, 1 % of a second', 10, 'ms');
    report(`inspect(), ${name}, longest`, Number(Math.max(...took).toFixed(3)), '10 ms', 10, 'ms');
  }
}

/**
 * Tells to 10,000 actors in turn, with and without somebody who looks at all of them once a second: seconds with
 * and without alternate. Messages are counted by CPU second.
 */
async function attached() {
  const { root, inspect } = open();
  const goal = { left: 0, reached: () => {} };
  const refs = Array.from({ length: crowd }, (_, n) => counter(root, `busy-${n}`, goal).counting);
  const message = { type: 'count' };
  let turn = 0;
  const second = async (look) => {
    const [began, cpu] = [performance.now(), cpuMs()];
    let sent = 0;
    let looked = !look;
    for (; performance.now() - began < 1_000; sent += burst) {
      await inBursts(burst, goal, () => tell(refs[turn++ % crowd], message));
      if (looked || performance.now() - began < 500) continue;
      looked = true;
      inspect();
    }
    return (sent / (cpuMs() - cpu)) * 1_000;
  };
  await second(true);
  const speeds = { with: [], without: [], again: [] };
  const kinds = ['with', 'without', 'again'];
  for (let n = 0; n < 15; n++) {
    // Another first each time: what ran before weighs on what runs next.
    for (const kind of [...kinds.slice(n % 3), ...kinds.slice(0, n % 3)])
      speeds[kind].push(await second(kind === 'with'));
  }
  const base = median(speeds.without);
  for (const [kind, name] of [
    ['again', 'tell to 10,000 in turn, again (what chance does)'],
    ['with', 'tell to 10,000 in turn, an inspector attached'],
  ]) {
    report(name, Math.round(median(speeds[kind])), `without, in turn: ${Math.round(base)}/s`, base);
  }
}

idleBytes();
looks();
await attached();
await deadLetterPrice();
const main = open();
const alone = counter(main.root, 'alone');
await tells(alone);
const base = await tells(alone);
const nactTells = await bareNact(100_000);
const queue = await bareQueue(2_000_000);
report('tell, one actor', base, `bare nact ${nactTells}/s`, nactTells);
report('tell, one actor, of a bare queue', base, `bare queue, batches of 256: ${queue}/s`, queue);

const siblings = open();
for (let n = 0; n < crowd; n++) spawnActor(siblings.root, idle(`sibling-${n}`));
const nested = open().root.supervise('children');
for (let n = 0; n < crowd; n++) nested.spawn((parent) => spawnActor(parent, idle(`child-${n}`)));
await alternate([
  { bench: 'alone', counter: counter(open().root, 'alone') },
  { bench: 'tell, again alone (what chance does)', counter: counter(open().root, 'again') },
  { bench: 'tell, among 10,000 siblings', counter: counter(siblings.root, 'amid') },
  { bench: 'tell, in a nested supervisor of 10,000 children', counter: counter(nested, 'amid') },
  { bench: 'tell, observed as by the daemon', counter: counter(open(likeTheDaemon).root, 'observed') },
  { bench: 'tell, a trace open of another actor', counter: traced((path) => path !== '/traced') },
  { bench: 'tell, traced, nothing of it shown', counter: traced(() => true) },
  { bench: 'tell, a sample of messages observed', counter: counter(open({ sampled: () => {} }).root, 'observed') },
  { bench: 'tell, every message observed', counter: counter(open({ received: () => {} }).root, 'observed') },
]);

const balls = await pingPong(main.root);
report('ping-pong', balls, `bare nact, tells: ${nactTells}/s`, nactTells);
const echoing = echo(main.root);
const question = () => ask(echoing, (replyTo) => ({ type: 'ping', replyTo }), 5_000);
const bare = nact.start();
const bareEcho = nact.spawnStateless(bare, (message) => nact.dispatch(message.replyTo, 'pong'), 'echo');
const nactAsks = await asks(50_000, 100, () => nact.query(bareEcho, (replyTo) => ({ replyTo }), 5_000));
nact.stop(bare);
report('ask, 100 in flight', await asks(100_000, 100, question), `bare nact ${nactAsks}/s`, nactAsks);

const wide = Math.max(...results.map(({ bench }) => bench.length));
for (const { bench, value, unit, ratio, yardstick } of results) {
  const of = ratio === null ? '' : `${String(ratio).padStart(8)} of ${yardstick}`;
  process.stderr.write(`${bench.padEnd(wide)} ${String(value).padStart(12)} ${unit.padEnd(10)} ${of}\n`);
}
for (const { system, scheduler } of opened) {
  await system.stop();
  scheduler.stop();
}
