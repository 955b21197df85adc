import * as fc from 'fast-check';
import { openSystem, type Ref, type Scope, type Strategy, type Supervisor, spawnActor, tell } from '../src/index.ts';
import { shuffled } from './shuffled.ts';

/**
 * Random lives of a small tree under a scheduler that gives turns in random order: tells, crashes in
 * every place, stops, new actors under old names, time that passes. Each law is checked in each.
 */
type Step =
  | { readonly do: 'tell' | 'crash' | 'fail-next-start' | 'stop' | 'respawn' | 'work'; readonly actor: number }
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
    arbitrary: fc.record({ do: fc.constantFrom('crash', 'fail-next-start', 'stop', 'respawn', 'work'), actor }),
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
  stopped: boolean;
}

class BrokenLawError extends Error {}

const law = (holds: boolean, text: string): void => {
  if (!holds) throw new BrokenLawError(text);
};

function world(seed: number, strategy: Strategy, maxRestarts: number) {
  let state = seed | 0;
  const next = (): number => {
    // xorshift32: any generator will do, as long as the seed decides.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const sim = shuffled(next);
  const broken: string[] = [];
  const counts = { told: 0, handled: 0, spawned: 0, stopped: 0, incarnations: 0, ended: 0, gaveUp: 0 };
  const system = openSystem({
    clock: sim.clock,
    random: { next, bytes: (n) => new Uint8Array(n) },
    scheduler: sim.scheduler,
    observer: { spawned: () => counts.spawned++, stopped: () => counts.stopped++ },
    supervision: {
      strategy,
      intensity: { maxRestarts, withinMs: 1_000 },
      backOff: { minMs: state & 1 ? 0 : 20, maxMs: 80, factor: 2, jitter: 0.5 },
      shutdownMs: 100,
    },
    giveUp: () => counts.gaveUp++,
  });
  const failNextStart = new Set<number>();
  let ids = 0;

  const check = (holds: boolean, text: string): void => {
    if (!holds) broken.push(text);
  };

  const live = (supervisor: Supervisor, name: string, slot: number, temporary: boolean): Life => {
    const id = ids++;
    let inside = 0;
    let incarnation = 0;
    let last = -1;
    let signal: AbortSignal | undefined;
    const alone = <T>(code: () => T): T => {
      check(++inside === 1, `two handlers of ${name} at once`);
      try {
        return code();
      } finally {
        inside--;
      }
    };
    const handle = (message: Message): void => {
      if (message.type === 'own') {
        check(
          message.incarnation === incarnation,
          `${name}: a timer of incarnation ${message.incarnation} in ${incarnation}`,
        );
        return;
      }
      counts.handled++;
      check(message.to === id, `${name}: message for actor ${message.to} reached ${id}`);
      if (message.type === 'note') {
        check(message.n > last, `${name}: note ${message.n} after ${last}`);
        last = message.n;
      }
      if (message.type === 'crash') throw new Error('told to');
    };
    const started = (scope: Scope<Message>): void => {
      check(signal?.aborted ?? true, `${name}: incarnation ${incarnation} began before the last one ended`);
      signal = scope.signal;
      signal.addEventListener('abort', () => counts.ended++);
      scope.every(30, { type: 'own', incarnation });
      scope.send({ type: 'own', incarnation });
    };
    const work = (scope: Scope<Message>): void => {
      const mine: Message = { type: 'own', incarnation };
      const lasting = next() < 0.3;
      const run = (): Promise<void> => (lasting ? new Promise(() => {}) : Promise.resolve());
      scope.run(
        run,
        () => mine,
        () => mine,
      );
    };
    const ref = supervisor.spawn(
      (parent) =>
        spawnActor<number, Message, Message, 'work'>(parent, {
          name,
          clock: sim.clock,
          mailbox: { capacity, overflow: (['drop-newest', 'drop-oldest', 'refuse'] as const)[slot % 3]! },
          init: () =>
            alone(() => {
              if (failNextStart.delete(slot)) throw new Error('no start');
              incarnation = ++counts.incarnations;
              return 0;
            }),
          started,
          decide: (state, message) =>
            alone(() => {
              handle(message);
              return { state, effects: message.type === 'work' ? ['work'] : [] };
            }),
          perform: (_effect, scope) => alone(() => work(scope)),
          stopping: () => alone(() => (next() < 0.2 ? ['work' as const] : [])),
        }),
      { restart: temporary ? 'temporary' : 'permanent' },
    );
    return { id, ref, supervisor, stopped: false };
  };

  const nested = system.root.supervise('nested', { strategy });
  const under = (slot: number): Supervisor => (slot < 2 ? system.root : nested);
  const lives = Array.from({ length: actors }, (_, slot) => live(under(slot), `a${slot}`, slot, slot === 4));
  const old: Life[] = [];
  let notes = 0;

  const send = (to: Life, message: Message): void => {
    counts.told++;
    tell(to.ref, message);
  };

  const respawn = (slot: number): void => {
    const life = lives[slot]!;
    const taken = system.inspect().some(({ path }) => path === life.ref.path);
    if (taken || counts.gaveUp > 0 || system.inspect()[0]?.status !== 'running') return;
    old.push(life);
    lives[slot] = live(under(slot), `a${slot}`, slot, slot === 4);
  };

  const run = async (now: Step): Promise<void> => {
    switch (now.do) {
      case 'pass':
        return sim.advance(now.ms);
      case 'turns':
        return sim.turns(now.n);
      case 'rest':
        return sim.rest();
      case 'stop':
        return void lives[now.actor]!.supervisor.stopChild(lives[now.actor]!.ref).catch(() => {});
      case 'respawn':
        return respawn(now.actor);
      case 'fail-next-start':
        return void failNextStart.add(now.actor);
      default:
    }
    const to = [...old, lives[now.actor]!].at(next() < 0.2 ? 0 : -1)!;
    if (now.do === 'tell') send(to, { type: 'note', to: to.id, n: notes++ });
    else send(to, { type: now.do, to: to.id });
  };

  const bounded = (): void => {
    for (const { path, kind, depth, highWater } of system.inspect()) {
      if (kind === 'actor') check(highWater <= capacity, `${path}: ${highWater} waited in ${capacity}, ${depth} now`);
    }
  };

  return { sim, system, broken, counts, run, bounded };
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
