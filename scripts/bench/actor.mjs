/**
 * Messages inside one process: tells to one actor, alone and with 10,000 siblings or a nested
 * supervisor of 10,000 children, ping-pong and asks. Yardsticks in the same run: bare nact, and a
 * bare queue drained in batches. Build first, then: node scripts/bench/actor.mjs
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

const scheduler = nactScheduler();
const system = openSystem({ clock: systemClock, random: systemRandom, scheduler, giveUp: (reason) => fail(reason) });
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

/** An actor that counts, and resolves `reached` when it came to `goal`. */
function counter(parent, name) {
  const goal = { left: 0, reached: () => {} };
  const ref = spawnActor(parent, {
    name,
    clock: systemClock,
    init: () => 0,
    decide: (count) => ({ state: count + 1, effects: none }),
    perform: () => {},
  });
  const counting = spawnActor(parent, {
    name: `${name}-counting`,
    clock: systemClock,
    init: () => 0,
    decide: (count) => {
      if (--goal.left === 0) goal.reached();
      return { state: count + 1, effects: none };
    },
    perform: () => {},
  });
  return { ref, counting, goal };
}
const none = [];

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

async function bareNactAsks(total, inFlight) {
  const bare = nact.start();
  const actor = nact.spawnStateless(bare, (message) => nact.dispatch(message.replyTo, 'pong'), 'bare-echo');
  const value = await asks(total, inFlight, () => nact.query(actor, (replyTo) => ({ replyTo }), 5_000));
  nact.stop(actor);
  nact.stop(bare);
  return value;
}

function report(bench, value, yardstick, of) {
  const line = { bench, value, unit: 'messages/s', yardstick, ratio: Number((value / of).toFixed(3)) };
  results.push(line);
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const alone = counter(system.root, 'alone');
await tells(alone);
const base = await tells(alone);
const nactTells = await bareNact(100_000);
const queue = await bareQueue(2_000_000);
report('tell, one actor', base, `bare nact ${nactTells}/s`, nactTells);
report('tell, one actor, of a bare queue', base, `bare queue, batches of 256: ${queue}/s`, queue);

const idle = (name) => ({
  name,
  clock: systemClock,
  init: () => 0,
  decide: (state) => ({ state, effects: none }),
  perform: () => {},
});
for (let n = 0; n < crowd; n++) spawnActor(system.root, idle(`sibling-${n}`));
const nested = system.root.supervise('children');
for (let n = 0; n < crowd; n++) nested.spawn((parent) => spawnActor(parent, idle(`child-${n}`)));
const amid = counter(nested, 'amid');
// Both in turn, so that what else the machine does falls on both.
const among = await tells(alone);
const within = await tells(amid);
const again = await tells(alone);
report('tell, among 10,000 siblings', Math.max(among, again), `alone ${base}/s`, base);
report('tell, in a nested supervisor of 10,000 children', within, `alone ${base}/s`, base);

const balls = await pingPong(system.root);
report('ping-pong', balls, `bare nact, tells: ${nactTells}/s`, nactTells);
const echoing = echo(system.root);
const once = () => ask(echoing, (replyTo) => ({ type: 'ping', replyTo }), 5_000);
const nactAsks = await bareNactAsks(50_000, 100);
report('ask, 100 in flight', await asks(100_000, 100, once), `bare nact ${nactAsks}/s`, nactAsks);

const wide = Math.max(...results.map(({ bench }) => bench.length));
for (const { bench, value, ratio, yardstick } of results) {
  process.stderr.write(
    `${bench.padEnd(wide)} ${String(value).padStart(12)}/s  ${String(ratio).padStart(8)} of ${yardstick}\n`,
  );
}
await system.stop();
scheduler.stop();
