import { balance, listed, withLosses } from './balancing.ts';
import { orderDone } from './chunks.ts';
import { casesOf } from './fates.ts';
import { look, looked, lookFailed } from './looking.ts';
import { noted, stepsOf } from './membership.ts';
import type { BalancerMessage, Member } from './messages.ts';
import { quickMs } from './pace.ts';
import { dropped } from './settling.ts';
import {
  type Around,
  andThen,
  type Call,
  type Failure,
  longestCallMs,
  type Moved,
  moved,
  type Outcome,
  type Own,
  type State,
} from './state.ts';
import { doingOf, nextStep, removeDone, rested, stepDone, stepFailed } from './steps.ts';
import { viewOf } from './view.ts';

/** One step of the actor. Pure. */
export function decide(state: State, message: BalancerMessage | Own, around: Around): Moved {
  if (message.type === 'get-balance') {
    return moved(state, { type: 'reply', to: message.replyTo, value: viewOf(state, around) });
  }
  const { now } = around;
  const looked = andThen(take(state, message, around), (next) => look(next, now));
  return andThen(looked, (next) => setAlarm(next, now));
}

type Taken = Exclude<BalancerMessage | Own, { readonly type: 'get-balance' }>;

function take(state: State, message: Taken, around: Around): Moved {
  switch (message.type) {
    case 'members':
      return heard(state, message.members, around);
    case 'wake':
      return moved({ ...state, wakeAt: undefined });
    case 'done':
      return ended(state, message.id, (next, call) => done(next, call, message.outcome, around));
    case 'failed':
      return ended(state, message.id, (next, call) => failed(next, call, message.failure, around));
    case 'overdue':
      return overdue(state, message.id, around);
  }
}

/** What it is now counts, not what changed; but a plan that was made for other members ends. */
function heard(state: State, list: readonly Member[], around: Around): Moved {
  const members = new Map(list.map((member) => [member.name, member]));
  const same = state.members !== undefined && signOf(state.members) === signOf(members);
  if (same) return moved({ ...state, members });
  const next: State = {
    ...state,
    members,
    movedFor: withoutOrders(state, members),
    queue: [],
    disturbed: true,
    lookAt: state.reachable ? around.now : state.lookAt,
  };
  const moving = state.call?.call.do === 'list' || state.call?.call.do === 'cut' || state.call?.call.do === 'ask';
  return moving ? moved(next) : dropped(next, around);
}

/** Who comes and goes by itself does not move others each time; an operator who drains, or ends it, is followed at once. */
function withoutOrders({ movedFor, members: before }: State, members: ReadonlyMap<string, Member>): State['movedFor'] {
  const isDrained = (all: typeof before, name: string): boolean => all?.get(name)?.standing === 'drained';
  const kept = [...movedFor].filter(([name]) => isDrained(before, name) === isDrained(members, name));
  return kept.length === movedFor.size ? movedFor : new Map(kept);
}

const signOf = (members: ReadonlyMap<string, Member>): string =>
  JSON.stringify(
    [...members.values()]
      .map(({ name, address, port, weight, standing }) => [name, address, port, weight, standing])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );

/** Of a call that was given up nothing counts any more. */
function ended(state: State, id: number, next: (state: State, call: Call) => Moved): Moved {
  if (state.call?.id !== id) return moved(state);
  return next({ ...state, call: undefined }, state.call.call);
}

function overdue(state: State, id: number, around: Around): Moved {
  const text = `HAProxy did not answer in ${longestCallMs / 1_000} s`;
  const after = ended(state, id, (next, call) => failed(next, call, { code: 'timed-out', text }, around));
  return state.call?.id === id ? { state: after.state, effects: [{ type: 'abort' }, ...after.effects] } : after;
}

function done(state: State, call: Call, outcome: Outcome, around: Around): Moved {
  switch (outcome.of) {
    case 'look':
      return andThen(looked(state, outcome, around), (next) => proceed(next, around));
    case 'list':
      return andThen(listed(state, casesOf(state, around), outcome.sessions, around), (next) => later(next, around));
    case 'cut':
      return andThen(orderDone(state, outcome.sources.length, outcome.sources, around), (next) => later(next, around));
    case 'ask':
      return andThen(orderDone(state, outcome.count, [], around), (next) => later(next, around));
    case 'remove':
      if (call.do !== 'remove') return moved(state);
      return andThen(removeDone(state, call, outcome.how, around), (next) => nextStep(next, around));
    case 'step':
      return isStep(call) ? andThen(stepDone(state, call), (next) => nextStep(next, around)) : moved(state);
  }
}

const isStep = (call: Call) => call.do !== 'look' && call.do !== 'list' && call.do !== 'cut' && call.do !== 'ask';

function failed(state: State, call: Call, failure: Failure, around: Around): Moved {
  if (call.do === 'look') return lookFailed(state, failure, around);
  if (isStep(call)) return stepFailed(state, call, failure, around);
  return andThen(dropped(state, around), (next) =>
    andThen(rested(next, 'plan', doingOf(call), failure, around.now), (rest) => later(rest, around)),
  );
}

/** What follows from a look: first the members, and once nothing is to be done for them, the balance. */
function proceed(state: State, around: Around): Moved {
  if (state.members === undefined) return later(state, around);
  return andThen(noted(state, casesOf(state, around), around), (next) => {
    const found = stepsOf(withLosses(next, casesOf(next, around)), casesOf(next, around), around);
    // A server whose step had no effect is no longer counted on: that may spare another one.
    const cases = casesOf(found.moved.state, around);
    const { state } = found.moved;
    const { moved: after, steps: queue } = stepsOf(state, cases, around);
    const known = { state: after.state, effects: [...found.moved.effects, ...after.effects] };
    if (queue.length > 0) return andThen(known, (ready) => nextStep({ ...ready, queue }, around));
    return andThen(known, (ready) => andThen(balance(ready, cases, around), (balanced) => later(balanced, around)));
  });
}

/** When to look next, if nothing is in flight: soon while something goes on. */
function later(state: State, around: Around): Moved {
  if (state.call !== undefined) return moved(state);
  const { now, config } = around;
  if (state.disturbed) return moved({ ...state, lookAt: now });
  const { running } = state;
  if (running !== undefined) {
    return moved({ ...state, lookAt: Math.max(now, Math.min(running.nextAt, now + config.pollMs)) });
  }
  return moved({ ...state, lookAt: now + (isBusy(state) ? quickMs(config) : config.pollMs) });
}

const isBusy = ({ joins, settling, known }: State): boolean =>
  settling !== undefined ||
  [...joins.values()].some(({ told }) => !told) ||
  [...known.values()].some(({ leaving }) => leaving === true);

/** While a call is in flight only its end wakes us. */
function setAlarm(state: State, now: number): Moved {
  const { call, wakeAt, lookAt } = state;
  if (call !== undefined || (wakeAt !== undefined && wakeAt <= lookAt)) return moved(state);
  return moved({ ...state, wakeAt: lookAt }, { type: 'wake', delayMs: Math.max(1, lookAt - now) });
}
