import fc from 'fast-check';
import { fewestCuts } from './expectations.ts';
import { defaults } from './rig.ts';
import { type Fault, openWorld, type Standing, type World } from './world.ts';

/** A chance of its own for each world, from one number: so that a run is told by its arguments. */
function chance(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

type Act = (world: World, a: number, b: number) => void;

const nodes = ['w1', 'w2', 'w3', 'w4', 'w5'];
const node = (a: number): string => nodes[a % nodes.length] ?? 'w1';
const aServer = (world: World, a: number) => {
  const all = [...world.model.servers.values()];
  return all[a % Math.max(1, all.length)];
};
const known = (world: World, name: string): boolean => world.members.has(name);

const join: Act = (world, a) => {
  world.model.live(world.place(node(a)));
  world.set(node(a), 'up');
};
const stands =
  (standing: Standing): Act =>
  (world, a) =>
    known(world, node(a)) ? world.set(node(a), standing) : undefined;
const crash: Act = (world, a, b) => {
  if (!known(world, node(a))) return;
  world.model.die(world.place(node(a)), b % 2 === 0);
  world.set(node(a), 'suspect');
};
const leave: Act = (world, a, b) => {
  if (!known(world, node(a))) return;
  if (b % 3 === 0) world.model.die(world.place(node(a)), true);
  world.set(node(a), 'left');
};
const flap: Act = (world, a, b) => {
  if (!known(world, node(a))) return;
  world.set(node(a), 'suspect');
  world.pass((b % 4) * 700);
  world.set(node(a), 'up');
};
const move: Act = (world, a, b) => {
  if (!known(world, node(a))) return;
  const address = `10.0.${1 + (b % 3)}.${node(a).slice(1)}`;
  if (b % 2 === 0) world.model.die(world.place(node(a)), true);
  world.model.live(`${address} 1514`);
  world.set(node(a), world.members.get(node(a))?.standing ?? 'up', { address });
};
const weigh: Act = (world, a, b) => {
  const standing = world.members.get(node(a))?.standing;
  if (standing) world.set(node(a), standing, { weight: [50, 100, 100, 200][b % 4] ?? 100 });
};
const editState: Act = (world, a, b) => {
  const server = aServer(world, a);
  const to = (['ready', 'drain', 'maint'] as const)[b % 3] ?? 'drain';
  if (server) world.byHand(`${server.name} ${to}`, () => world.model.driver.setState(server.name, to));
};
const editOther: Act = (world, a, b) => {
  const server = aServer(world, a);
  if (server === undefined) return;
  if (b % 3 === 0) world.byHand(`${server.name} weighs 1`, () => world.model.driver.setWeight(server.name, 1));
  if (b % 3 === 1)
    world.byHand(`${server.name} elsewhere`, () => {
      server.address = '10.9.9.9';
    });
  if (b % 3 === 2) {
    world.byHand(`${server.name} deleted`, () => {
      world.model.driver.setState(server.name, 'maint');
      world.model.driver.removeServer(server.name);
    });
  }
};
const stranger: Act = (world, a, b) => {
  const address = `10.8.0.${a % 2}`;
  if (b % 3 > 0) world.model.live(`${address} 1514`);
  world.byHand(`x${a % 2} added`, () => world.model.configure({ name: `x${a % 2}`, address, port: 1514, weight: 100 }));
};
const managerDies: Act = (world, a, b) => world.model.die(world.place(node(a)), b % 2 === 0);
const managerLives: Act = (world, a) => world.model.live(world.place(node(a)));
const tempers = ['prompt', 'prompt', 'late', 'refuses', 'same-source', 'sticky', 'anywhere'] as const;
const arrive: Act = (world, a, b) => world.join(1 + (a % 40), tempers[b % tempers.length] ?? 'prompt');
const quit: Act = (world, a) => {
  for (let i = 0; i < a % 12; i++) {
    const agent = world.model.agents[(a * 7 + i * 13) % Math.max(1, world.model.agents.length)];
    if (agent) world.model.quit(agent);
  }
};
const pass: Act = (world, a, b) => world.pass(([20, 150, 700, 3_000, 15_000, 40_000][a % 6] ?? 100) + (b % 100));
const failNext: Act = (world, a) =>
  world.failNext((['before', 'after', 'before', 'after', 'hang'] as const)[a % 5] as Fault);

/** How often each act is taken. */
const acts: readonly (readonly [weight: number, name: string, act: Act])[] = [
  [9, 'join', join],
  [2, 'suspect', stands('suspect')],
  [3, 'down', stands('down')],
  [3, 'up', stands('up')],
  [2, 'drained', stands('drained')],
  [2, 'excluded', stands('excluded')],
  [3, 'crash', crash],
  [3, 'leave', leave],
  [3, 'flap', flap],
  [1, 'move', move],
  [1, 'weigh', weigh],
  [3, 'edit', editState],
  [1, 'edit other', editOther],
  [1, 'stranger', stranger],
  [1, 'manager dies', managerDies],
  [2, 'manager lives', managerLives],
  [1, 'forget', (world, a) => (known(world, node(a)) ? world.forget(node(a)) : undefined)],
  [6, 'arrive', arrive],
  [2, 'quit', quit],
  [14, 'pass', pass],
  [3, 'fail', failNext],
  [1, 'haproxy away', (world) => world.reach(false)],
  [2, 'haproxy back', (world) => world.reach(true)],
  [2, 'haproxy restarts', (world) => world.restartHaproxy()],
  [2, 'muster restarts', (world, a) => world.restartMuster(a % 2 === 0)],
];
const act = fc.oneof(
  ...acts.map(([weight, name, run]) => ({
    weight,
    arbitrary: fc
      .tuple(fc.nat(99), fc.nat(99))
      .map(([a, b]) => Object.assign((world: World) => run(world, a, b), { toString: () => `${name} ${a} ${b}` })),
  })),
);
const settings = fc.record({
  seed: fc.integer({ min: 1 }),
  chunk: fc.constantFrom(1, 5, 300),
  pauseMs: fc.constantFrom(0, 300, 2_000),
  checked: fc.constantFrom(true, true, true, false),
});
const numRuns = Number(process.env.MUSTER_RUNS ?? 800);

const open = ({
  seed,
  chunk,
  pauseMs,
  checked,
}: {
  seed: number;
  chunk: number;
  pauseMs: number;
  checked: boolean;
}): World =>
  openWorld(
    { ...defaults, chunk, pauseMs, frequencyMs: 10_000, settleMs: 25_000, removeAfterMs: 30_000, joinTimeoutMs: 8_000 },
    chance(seed),
    checked,
  );

/**
 * All is well from now on; how it then is, it stays. A dead server without checks would swallow every agent: HAProxy
 * finds it empty and sends all there.
 */
function heal(world: World): void {
  world.reach(true);
  for (const { address, port, check } of world.model.servers.values()) {
    if (check === undefined) world.model.live(`${address} ${port}`);
  }
  for (const [name, { standing }] of world.members)
    if (standing === 'up' && !world.checked) world.model.live(world.place(name));
  for (const [name, { standing }] of [...world.members]) {
    if (standing === 'suspect') world.set(name, world.model.alive.has(world.place(name)) ? 'up' : 'down');
  }
  for (const agent of world.model.agents) agent.temper = 'prompt';
  for (let seconds = 0; seconds < 1_200; seconds++) {
    world.pass(1_000);
    if (world.wrong() === undefined) {
      world.pass(12_000);
      if (world.wrong() === undefined) return;
    }
  }
  throw new Error(`after 20 minutes: ${world.wrong()}\n${world.describe()}`);
}

describe('the balancer, against a HAProxy, agents and a cluster that do as they please', () => {
  it('keeps every promise on the way, and ends with the right servers, balanced', () => {
    fc.assert(
      fc.property(settings, fc.array(act, { maxLength: 40, size: 'max' }), (how, sequence) => {
        const world = open(how);
        for (const one of sequence) one(world);
        heal(world);
      }),
      { numRuns },
    );
  });

  it('a join and a leave after whatever was before cost the fewest cuts, and end with a spread of one', () => {
    fc.assert(
      fc.property(settings, fc.array(act, { maxLength: 20, size: 'max' }), fc.nat(99), (how, sequence, a) => {
        const world = open(how);
        for (const one of sequence) one(world);
        for (const [name, { standing }] of [...world.members]) world.set(name, standing, { weight: 100 });
        heal(world);
        const others = world.model.agents.filter(({ temper }) => temper !== 'prompt');
        for (const agent of others) world.model.quit(agent);
        world.pass(90_000);
        const before = evenly(world, () => {
          world.model.live(world.place('w6'));
          world.set('w6', 'up');
        });
        if (!before) return;
        const leaver = world.takers().map(({ name }) => name)[a % world.takers().length] ?? 'w6';
        if (!world.members.has(leaver) || world.takers().length < 2) return;
        evenly(world, () => world.set(leaver, 'left'));
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });
});

/** Changes the members, waits, and compares the cuts with the fewest that would do. False: it is not to be compared. */
function evenly(world: World, change: () => void): boolean {
  const strange = world.takers().some(({ name, weight }) => !world.members.has(name) || weight !== 100);
  const paused = world.model.driver.servers().some(({ sessions, admin }) => sessions > 0 && admin !== 'ready');
  if (world.takers().length === 0 || strange || paused) return false;
  const before = world.model.counts();
  const cuts = world.model.ended.length;
  change();
  world.pass(120_000);
  const after = world.takers();
  const counts = after.map(({ sessions }) => sessions);
  const total = counts.reduce((x, y) => x + y, 0);
  if (Math.max(...counts) - Math.min(...counts) > 1) throw new Error(`uneven: ${counts}\n${world.describe()}`);
  const stay = Object.entries(before).filter(([name]) => after.some((server) => server.name === name));
  const moves = total - stay.reduce((sum, [, count]) => sum + count, 0);
  const here = after.map(({ name }) => before[name] ?? 0);
  const fewest = moves + fewestCuts(here, moves);
  const made = world.model.ended.length - cuts;
  if (made > fewest) throw new Error(`${made} cuts where ${fewest} would do\n${world.describe()}`);
  return true;
}
