/**
 * Actors of our own in the real system of a node: they tell, ask, set timers, crash and are stopped, and watch
 * what an actor is promised. A few messages a second, and only in some seeds: they cost as much as the node.
 */
import { type Clock, type Ref, type Scope, type Supervisor, spawnActor, tell } from '@muster/actor';
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

/** What the listener sends itself: `told` is the newest number of each caller that waited, or was heard, when it did. */
interface Mark {
  readonly type: 'mark';
  readonly told: ReadonlyMap<string, number>;
}

/** What a caller sends itself. `of`: the incarnation that did. */
type Own =
  | { readonly type: 'tick'; readonly of: number }
  | { readonly type: 'alarm'; readonly of: number; readonly due: number }
  | { readonly type: 'asked'; readonly of: number; readonly wrong: string | undefined };

/** One numbered message in so many has the listener send itself a mark. */
const markEvery = 5;
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
  const told = new Map<string, number>();
  const listener = spawnListener(stage, supervisor, told);
  const narrow = spawnNarrow(stage, supervisor);
  for (const name of ['caller-a', 'caller-b']) spawnCaller(stage, { supervisor, listener, narrow, told }, name);
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

/**
 * Hears every number of every sender, in order, whatever crashes; and what it sends itself behind all that
 * waited then, and before all that came later. `told`: the newest number of each caller, by the callers' word.
 */
function spawnListener(stage: Stage, supervisor: Supervisor, told: ReadonlyMap<string, number>): Ref<Told> {
  const last = new Map<string, number>();
  const handle = alone(stage, 'the listener');
  const hear = (from: string, n: number): void => {
    const before = last.get(from) ?? 0;
    if (n !== before + 1) stage.wrong(`message ${n} of ${from} came after message ${before}`);
    last.set(from, n);
  };
  const marked = (mark: Mark): void => {
    const strays = [...told.keys()].filter((from) => (last.get(from) ?? 0) !== (mark.told.get(from) ?? 0));
    // One that is being stopped comes to nothing but its own.
    if (strays.length === 0 || !isRunning(stage.node, 'listener')) return;
    const [from] = strays;
    stage.wrong(
      `what the listener sent itself behind message ${mark.told.get(from!) ?? 0} of ${from} came after message ${last.get(from!) ?? 0}`,
    );
  };
  const effectsOf = (message: Told): readonly ((scope: Scope<Mark>) => void)[] => {
    if (message.type === 'numbered')
      return message.n % markEvery === 0 ? [(scope) => scope.send({ type: 'mark', told: new Map(told) })] : [];
    return message.answers ? [() => tell(message.replyTo, message.n)] : [];
  };
  return supervisor.spawn((parent) =>
    spawnActor<null, Told, Mark, (scope: Scope<Mark>) => void>(parent, {
      name: 'listener',
      clock: stage.clock,
      init: () => null,
      decide: (state, message) =>
        handle(() => {
          if (message.type === 'mark') {
            marked(message);
            return { state, effects: [] };
          }
          if (message.type === 'numbered') hear(message.from, message.n);
          if (stage.dice.chance(0.02)) throw new Error('probe: ordered');
          return { state, effects: effectsOf(message) };
        }),
      perform: (effect, scope) => effect(scope),
    }),
  );
}

const isRunning = (node: SimNode, name: string): boolean =>
  node
    .running()
    ?.system.inspect()
    .find(({ path }) => path === `/probes/${name}`)?.status === 'running';

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
  readonly told: Map<string, number>;
}

function spawnCaller(stage: Stage, { supervisor, listener, narrow, told }: Peers, name: string): void {
  const { clock, dice, wrong } = stage;
  const periodMs = dice.between(600, 3_000);
  const handle = alone(stage, name);
  let incarnation = 0;
  let sent = 0;
  let bursts = 0;
  const sendSome = (): void => {
    const many = dice.chance(0.05) ? flood : dice.int(1, 3);
    for (let n = many; n > 0; n--) {
      told.set(name, ++sent);
      tell(listener, { type: 'numbered', from: name, n: sent });
    }
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
