/** What becomes of an ask: an answer, or at once the reason why there will be none. */
import {
  ActorCrashedError,
  ActorStoppedError,
  AskTimeoutError,
  ask,
  type Clock,
  type Ref,
  type Supervisor,
  spawnActor,
} from '@muster/actor';
import type { Dice } from '../dice.ts';
import type { World } from '../world/world.ts';

export interface AskProbe {
  readonly type: 'ask';
  readonly n: number;
  /** Whether it is answered. */
  readonly answers: boolean;
  readonly replyTo: Ref<number>;
}

interface Stage {
  readonly world: World;
  readonly clock: Clock;
  readonly dice: Dice;
}

const timeoutMs = 5_000;
/** Rounding of sums of times, ms. */
const epsilonMs = 0.01;

type Outcome = { readonly answer: number } | { readonly error: unknown };

const asked = (to: Ref<AskProbe>, n: number, answers: boolean): Promise<Outcome> =>
  ask<AskProbe, number>(to, (replyTo) => ({ type: 'ask', n, answers, replyTo }), timeoutMs).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );

/** What is wrong with the outcome of one ask of an actor that crashes now and then. */
export async function askOutcome(
  { clock, dice }: Stage,
  to: Ref<AskProbe>,
  answers: boolean,
): Promise<string | undefined> {
  const n = dice.int(1, 1_000_000);
  const began = clock.now();
  const outcome = await asked(to, n, answers);
  const took = clock.now() - began;
  if ('answer' in outcome) return outcome.answer === n ? undefined : `asked ${n}, answered ${outcome.answer}`;
  const { error } = outcome;
  if (error instanceof ActorCrashedError || error instanceof ActorStoppedError) return undefined;
  if (error instanceof AskTimeoutError)
    return took >= timeoutMs - epsilonMs ? undefined : `an ask of ${timeoutMs} ms timed out after ${took} ms`;
  return `an ask failed with ${String(error)}`;
}

/** What is wrong with asks of an actor that is stopped before and after they are asked. */
export async function mayfly({ world, clock, dice }: Stage, supervisor: Supervisor): Promise<string | undefined> {
  const ref = spawned(supervisor, clock, dice.chance(0.5));
  if (ref === undefined) return undefined;
  const pending = asked(ref, 0, false);
  const stoppedAt = clock.now();
  const stopped = supervisor.stopChild(ref).catch(() => {});
  const first = judged(await pending, clock.now() - stoppedAt, 'asked before it was stopped');
  await stopped;
  const askedAt = clock.now();
  const second = judged(await asked(ref, 0, false), clock.now() - askedAt, 'asked after it was stopped');
  if (first === undefined && second === undefined) world.met('an ask of a stopped actor failed at once');
  return first ?? second;
}

function judged(outcome: Outcome, tookMs: number, when: string): string | undefined {
  if ('answer' in outcome) return `an actor ${when} answered`;
  if (!(outcome.error instanceof ActorStoppedError)) return `an actor ${when} failed with ${String(outcome.error)}`;
  return tookMs > 0 ? `an actor ${when} failed ${tookMs} ms late` : undefined;
}

/** `falls`: it crashes as it starts, and waits for its restart. Undefined where the supervisor itself is being stopped, or another caller has one. */
function spawned(supervisor: Supervisor, clock: Clock, falls: boolean): Ref<AskProbe> | undefined {
  try {
    return supervisor.spawn(
      (parent) =>
        spawnActor<null, AskProbe, never, never>(parent, {
          name: 'mayfly',
          clock,
          init: () => {
            if (falls) throw new Error('probe: ordered');
            return null;
          },
          decide: (state) => ({ state, effects: [] }),
          perform: () => {},
        }),
      { restart: falls ? 'permanent' : 'temporary' },
    );
  } catch {
    return undefined;
  }
}
