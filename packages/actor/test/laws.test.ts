import * as fc from 'fast-check';
import {
  type ActorSystem,
  type Behaviour,
  openSystem,
  type Ref,
  type Scope,
  type Strategy,
  type Supervisor,
  spawnActor,
  tell,
} from '../src/index.ts';
import { shuffled } from './shuffled.ts';

/**
 * Random lives of a small tree under a scheduler that gives turns in random order: tells, crashes in
 * every place, stops, restarts by hand, probes, new actors under old names, time that passes. Each law is checked in each.
 */
type Deed = 'tell' | 'crash' | 'fail-next-start' | 'stop' | 'restart' | 'probe' | 'respawn' | 'work';
type Step =
  | { readonly do: Deed; readonly actor: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'turns'; readonly n: number }
  | { readonly do: 'rest' };

type Message =
  | { readonly type: 'note'; readonly to: number; readonly n: number }
  | { readonly type: 'crash'; readonly to: number }
  | { readonly type: 'work'; readonly to: number }
  | { readonly type: 'own'; readonly incarnation: number };

const actors = 5;
const capacity = 3;
const actor = fc.nat({ max: actors - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('tell' as const), actor }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('crash', 'fail-next-start', 'stop', 'restart', 'probe', 'respawn', 'work'),
      actor,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat({ max: 300 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turns' as const), n: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rest' as const) }) },
) as fc.Arbitrary<Step>;

/** What one actor under one ref did, over all its incarnations. */
interface Life {
  readonly id: number;
  readonly ref: Ref<Message>;
  readonly supervisor: Supervisor;
}

class BrokenLawError extends Error {}

const law = (holds: boolean, text: string): void => {
  if (!holds) throw new BrokenLawError(text);
};

/** xorshift32: any generator will do, as long as the seed decides. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** What all lives of one world share. */
function openLedger(seed: number) {
  const next = generator(seed);
  const broken: string[] = [];
  return {
    next,
    broken,
    sim: shuffled(next),
    counts: { told: 0, handled: 0, spawned: 0, stopped: 0, incarnations: 0, ended: 0, gaveUp: 0, unsettled: 0 },
    failNextStart: new Set<number>(),
    ids: { next: 0 },
    check: (holds: boolean, text: string): void => {
      if (!holds) broken.push(text);
    },
  };
}
type Ledger = ReturnType<typeof openLedger>;

function openWorldSystem(ledger: Ledger, seed: number, strategy: Strategy, maxRestarts: number): ActorSystem {
  const { sim, next, counts } = ledger;
  return openSystem({
    clock: sim.clock,
    random: { next, bytes: (n) => new Uint8Array(n) },
    scheduler: sim.scheduler,
    observer: { spawned: () => counts.spawned++, stopped: () => counts.stopped++ },
    supervision: {
      strategy,
      intensity: { maxRestarts, withinMs: 1_000 },
      backOff: { minMs: seed & 1 ? 0 : 20, maxMs: 80, factor: 2, jitter: 0.5 },
      shutdownMs: 100,
    },
    giveUp: () => counts.gaveUp++,
  });
}

/** What one actor checks of itself, over all its incarnations. */
interface Self {
  readonly id: number;
  readonly name: string;
  inside: number;
  incarnation: number;
  lastNote: number;
  signal: AbortSignal | undefined;
}

function alone<T>({ check }: Ledger, self: Self, code: () => T): T {
  check(++self.inside === 1, `two handlers of ${self.name} at once`);
  try {
    return code();
  } finally {
    self.inside--;
  }
}

function handle({ check, counts }: Ledger, self: Self, message: Message): void {
  const { id, name, incarnation } = self;
  if (message.type === 'own') {
    const from = message.incarnation;
    check(from === incarnation, `${name}: a timer of incarnation ${from} in ${incarnation}`);
    return;
  }
  counts.handled++;
  check(message.to === id, `${name}: message for actor ${message.to} reached ${id}`);
  if (message.type === 'note') {
    check(message.n > self.lastNote, `${name}: note ${message.n} after ${self.lastNote}`);
    self.lastNote = message.n;
  }
  if (message.type === 'crash') throw new Error('told to');
}

function begin({ check, counts }: Ledger, self: Self, scope: Scope<Message>): void {
  const { name, incarnation } = self;
  check(self.signal?.aborted ?? true, `${name}: incarnation ${incarnation} began before the last one ended`);
  self.signal = scope.signal;
  self.signal.addEventListener('abort', () => counts.ended++);
  scope.every(30, { type: 'own', incarnation });
  scope.send({ type: 'own', incarnation });
}

function startWork({ next }: Ledger, { incarnation }: Self, scope: Scope<Message>): void {
  const mine: Message = { type: 'own', incarnation };
  const lasting = next() < 0.3;
  const run = (): Promise<void> => (lasting ? new Promise(() => {}) : Promise.resolve());
  scope.run(
    run,
    () => mine,
    () => mine,
  );
}

function openLife(ledger: Ledger, supervisor: Supervisor, slot: number): Life {
  const { sim, next, counts, failNextStart, ids } = ledger;
  const name = `a${slot}`;
  const self: Self = { id: ids.next++, name, inside: 0, incarnation: 0, lastNote: -1, signal: undefined };
  const behaviour: Behaviour<number, Message, Message, 'work'> = {
    name,
    clock: sim.clock,
    mailbox: { capacity, overflow: (['drop-newest', 'drop-oldest', 'refuse'] as const)[slot % 3]! },
    init: () =>
      alone(ledger, self, () => {
        if (failNextStart.delete(slot)) throw new Error('no start');
        self.incarnation = ++counts.incarnations;
        return 0;
      }),
    started: (scope) => begin(ledger, self, scope),
    decide: (state, message) =>
      alone(ledger, self, () => {
        handle(ledger, self, message);
        return { state, effects: message.type === 'work' ? ['work'] : [] };
      }),
    perform: (_effect, scope) => alone(ledger, self, () => startWork(ledger, self, scope)),
    stopping: () => alone(ledger, self, () => (next() < 0.2 ? ['work' as const] : [])),
  };
  const restart = slot === actors - 1 ? 'temporary' : 'permanent';
  const ref = supervisor.spawn((parent) => spawnActor(parent, behaviour), { restart });
  return { id: self.id, ref, supervisor };
}

function openLives(ledger: Ledger, system: ActorSystem, strategy: Strategy) {
  const nested = system.root.supervise('nested', { strategy });
  const under = (slot: number): Supervisor => (slot < 2 ? system.root : nested);
  const now = Array.from({ length: actors }, (_, slot) => openLife(ledger, under(slot), slot));
  const old: Life[] = [];
  return {
    now,
    old,
    respawn: (slot: number): void => {
      const life = now[slot]!;
      const tree = system.inspect();
      const taken = tree.some(({ path }) => path === life.ref.path);
      if (taken || ledger.counts.gaveUp > 0 || tree[0]?.status !== 'running') return;
      old.push(life);
      now[slot] = openLife(ledger, under(slot), slot);
    },
  };
}

/** A restart and a probe come to an end, whatever becomes of the actor. */
function settles(counts: Ledger['counts'], promise: Promise<unknown>): void {
  counts.unsettled++;
  const settled = (): number => counts.unsettled--;
  void promise.then(settled, settled);
}

function world(seed: number, strategy: Strategy, maxRestarts: number) {
  const ledger = openLedger(seed);
  const { sim, next, counts, check } = ledger;
  const system = openWorldSystem(ledger, seed, strategy, maxRestarts);
  const lives = openLives(ledger, system, strategy);
  let notes = 0;

  const send = (actorNow: number, type: 'tell' | 'crash' | 'work'): void => {
    const to = [...lives.old, lives.now[actorNow]!].at(next() < 0.2 ? 0 : -1)!;
    counts.told++;
    tell(to.ref, type === 'tell' ? { type: 'note', to: to.id, n: notes++ } : { type, to: to.id });
  };

  const run = async (step: Step): Promise<void> => {
    switch (step.do) {
      case 'pass':
        return sim.advance(step.ms);
      case 'turns':
        return sim.turns(step.n);
      case 'rest':
        return sim.rest();
      case 'stop':
        return void lives.now[step.actor]!.supervisor.stopChild(lives.now[step.actor]!.ref).catch(() => {});
      case 'restart':
        return settles(counts, system.restart(lives.now[step.actor]!.ref.path));
      case 'probe':
        return settles(counts, system.probe(lives.now[step.actor]!.ref.path));
      case 'respawn':
        return lives.respawn(step.actor);
      case 'fail-next-start':
        return void ledger.failNextStart.add(step.actor);
      default:
        return send(step.actor, step.do);
    }
  };

  const bounded = (): void => {
    for (const { path, kind, depth, highWater } of system.inspect()) {
      if (kind === 'actor') check(highWater <= capacity, `${path}: ${highWater} waited in ${capacity}, ${depth} now`);
    }
  };
  return { sim, system, broken: ledger.broken, counts, run, bounded };
}

async function live(steps: readonly Step[], seed: number, strategy: Strategy, maxRestarts: number): Promise<void> {
  const { sim, system, broken, counts, run, bounded } = world(seed, strategy, maxRestarts);
  for (const now of steps) {
    await run(now);
    bounded();
  }
  let stopped = false;
  const stopping = system.stop().then(() => {
    stopped = true;
  });
  for (let n = 0; n < 40 && !stopped; n++) {
    await sim.rest();
    sim.advance(100);
  }
  law(stopped, 'the stop came to no end');
  await stopping;
  await sim.rest();
  law(broken.length === 0, broken.join('; '));
  law(counts.spawned + 1 === counts.stopped, `${counts.spawned} spawned and the root, ${counts.stopped} stopped`);
  law(counts.incarnations === counts.ended, `${counts.incarnations} incarnations, ${counts.ended} ended`);
  law(system.inspect().length === 1, 'an actor is left');
  law(counts.unsettled === 0, `${counts.unsettled} restarts and probes came to no end`);
  law(sim.timers() === 0, `${sim.timers()} timers are left`);
  const { open, wokenTwice } = sim.mailboxes();
  law(open === 0, `${open} mailboxes are left open`);
  law(wokenTwice === 0, `a mailbox was woken ${wokenTwice} times before its turn began`);
  const dead = system.deadLetters().count;
  law(counts.told === counts.handled + dead, `${counts.told} told, ${counts.handled} handled, ${dead} dead letters`);
}

describe('in any life of a tree', () => {
  it('no two handlers of an actor run at once, order holds per sender, mailboxes stay bounded, nothing of a dead incarnation acts, no ref reaches a successor, every message is handled or a dead letter, and all is stopped at the end', async () => {
    const strategy = fc.constantFrom<Strategy>('one-for-one', 'one-for-all', 'rest-for-one');
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 80 }),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        strategy,
        fc.integer({ min: 0, max: 20 }),
        live,
      ),
      { numRuns: 500 },
    );
  });
});
