/**
 * Actors of our own in the real system of a node: they tell, ask, set timers, crash and are stopped, and watch
 * what an actor is promised. A few messages a second, and only in some seeds: they cost as much as the node.
 */
import { type Clock, type Ref, type Supervisor, spawnActor, tell } from '@muster/actor';
import type { Dice } from '../dice.ts';
import type { SimNode, World } from '../world/world.ts';
import { seconds } from './contents.ts';
import { type AskProbe, askOutcome, mayfly } from './probe-asks.ts';

export interface Probes {
  /** Into the node that has just started, when this seed has probes. */
  place(node: SimNode): void;
  ended(): void;
}

/** One seed in so many. */
const oneIn = 4;

export function openProbes(world: World): Probes {
  const wanted = world.dice.fork('probes').int(1, oneIn) === 1;
  return {
    place: (node) => {
      if (wanted) placeProbes(world, node);
    },
    ended: () => {},
  };
}

/** What a listener is told. */
type Told = { readonly type: 'numbered'; readonly from: string; readonly n: number } | AskProbe;

/** What a caller sends itself. `of`: the incarnation that did. */
type Own =
  | { readonly type: 'tick'; readonly of: number }
  | { readonly type: 'alarm'; readonly of: number; readonly due: number }
  | { readonly type: 'asked'; readonly of: number; readonly wrong: string | undefined };

/** More than a mailbox has room for at first: it grows. */
const flood = 50;
/** A bounded mailbox is told a burst larger than it is. */
const burst = 10;
const narrowCapacity = 4;

interface Stage {
  readonly world: World;
  readonly node: SimNode;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly wrong: (text: string) => void;
}

/** For a node whose composition root has returned. */
export function placeProbes(world: World, node: SimNode): void {
  const host = node.host();
  const root = node.running()?.system.root;
  if (host === undefined || root === undefined) return;
  const stage: Stage = {
    ...{ world, node },
    clock: { now: world.timeline.now, after: (delayMs, fire) => host.after(delayMs, 'probe', fire) },
    dice: world.dice.fork(`probes ${node.name} ${host.incarnation}`),
    wrong: (text) => world.violate('actors', `on ${node.name} at ${seconds(world.timeline.now())}: ${text}`),
  };
  const supervisor = root.supervise('probes', {
    // Their crashes are meant: they must not cost the node its budget.
    intensity: { maxRestarts: 1_000_000, withinMs: 1_000 },
    backOff: { minMs: 1, maxMs: 500, factor: 2, jitter: 0.2 },
  });
  const listener = spawnListener(stage, supervisor);
  const narrow = spawnNarrow(stage, supervisor);
  for (const name of ['caller-a', 'caller-b']) spawnCaller(stage, { supervisor, listener, narrow }, name);
}

/** One handler at a time: `work` is one. */
function alone({ wrong }: Stage, name: string): <T>(work: () => T) => T {
  let on = false;
  return (work) => {
    if (on) wrong(`two handlers of ${name} at a time`);
    on = true;
    try {
      return work();
    } finally {
      on = false;
    }
  };
}

/** Hears every number of every sender, in order, whatever crashes. */
function spawnListener(stage: Stage, supervisor: Supervisor): Ref<Told> {
  const last = new Map<string, number>();
  const handle = alone(stage, 'the listener');
  const hear = (from: string, n: number): void => {
    const before = last.get(from) ?? 0;
    if (n !== before + 1) stage.wrong(`message ${n} of ${from} came after message ${before}`);
    last.set(from, n);
  };
  return supervisor.spawn((parent) =>
    spawnActor<null, Told, never, () => void>(parent, {
      name: 'listener',
      clock: stage.clock,
      init: () => null,
      decide: (state, message) =>
        handle(() => {
          if (message.type === 'numbered') hear(message.from, message.n);
          if (stage.dice.chance(0.02)) throw new Error('probe: ordered');
          const answers = message.type === 'ask' && message.answers;
          return { state, effects: answers ? [() => tell(message.replyTo, message.n)] : [] };
        }),
      perform: (effect) => effect(),
    }),
  );
}

/** Its mailbox keeps the newest of each burst and no more. */
function spawnNarrow(stage: Stage, supervisor: Supervisor): Ref<Told> {
  let last = -1;
  return supervisor.spawn((parent) =>
    spawnActor<null, Told, never, never>(parent, {
      name: 'narrow',
      clock: stage.clock,
      mailbox: { capacity: narrowCapacity, overflow: 'drop-oldest' },
      init: () => null,
      decide: (state, message) => {
        if (message.type !== 'numbered') return { state, effects: [] };
        const { n } = message;
        if (n <= last) stage.wrong(`number ${n} came to the narrow mailbox after ${last}`);
        if (n % burst < burst - narrowCapacity)
          stage.wrong(`number ${n} was one of ${burst} for a mailbox of ${narrowCapacity}, and not dropped`);
        last = n;
        return { state, effects: [] };
      },
      perform: () => {},
    }),
  );
}

interface Peers {
  readonly supervisor: Supervisor;
  readonly listener: Ref<Told>;
  readonly narrow: Ref<Told>;
}

function spawnCaller(stage: Stage, { supervisor, listener, narrow }: Peers, name: string): void {
  const { clock, dice, wrong } = stage;
  const periodMs = dice.between(600, 3_000);
  const handle = alone(stage, name);
  let incarnation = 0;
  let sent = 0;
  let bursts = 0;
  const sendSome = (): void => {
    const many = dice.chance(0.05) ? flood : dice.int(1, 3);
    for (let n = many; n > 0; n--) tell(listener, { type: 'numbered', from: name, n: ++sent });
    if (name !== 'caller-a' || !dice.chance(0.1)) return;
    for (let n = 0; n < burst; n++) tell(narrow, { type: 'numbered', from: name, n: bursts * burst + n });
    bursts += 1;
  };
  supervisor.spawn((parent) =>
    spawnActor<null, never, Own, Own>(parent, {
      name,
      clock,
      init: () => {
        incarnation += 1;
        return null;
      },
      started: (scope) => scope.every(periodMs, { type: 'tick', of: incarnation }),
      decide: (state, message) =>
        handle(() => {
          if (message.of !== incarnation)
            wrong(`${message.type} of incarnation ${message.of} of ${name} came to incarnation ${incarnation}`);
          if (message.type === 'alarm' && clock.now() < message.due - 0.01)
            wrong(`a timer of ${name} fired at ${seconds(clock.now())}, due is ${seconds(message.due)}`);
          if (message.type === 'asked' && message.wrong !== undefined) wrong(message.wrong);
          if (message.type === 'tick' && dice.chance(0.04)) throw new Error('probe: ordered');
          return { state, effects: message.type === 'tick' ? [message] : [] };
        }),
      perform: ({ of }, scope) => {
        sendSome();
        const delayMs = dice.between(0, 2 * periodMs);
        const cancel = scope.after(delayMs, { type: 'alarm', of, due: clock.now() + delayMs });
        if (dice.chance(0.3)) cancel();
        if (dice.chance(0.5)) return;
        const work = dice.chance(0.3)
          ? () => mayfly(stage, supervisor)
          : () => askOutcome(stage, listener as Ref<AskProbe>, dice.chance(0.8));
        scope.run(
          work,
          (wrongs) => ({ type: 'asked', of, wrong: wrongs }),
          (error) => ({ type: 'asked', of, wrong: `a probe failed: ${String(error)}` }),
        );
      },
    }),
  );
}
