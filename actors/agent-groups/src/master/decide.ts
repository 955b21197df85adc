/** One step of the group authority. Level-triggered: after every message the same questions are asked of the whole state. */
import { advance, setAlarm } from './advance.ts';
import { assigned, differing, groupsIn, settledAlready, viewOf } from './answers.ts';
import type { GroupAuthorityMessage } from './messages.ts';
import { failed, outcome } from './outcome.ts';
import { hint, push } from './pushing.ts';
import {
  type AuthorityLimits,
  type Effect,
  type Own,
  type Proposal,
  report,
  type State,
  type Step,
  step,
  then,
  type World,
} from './state.ts';

/** client.keys may change with each new agent; a listing each time would be one without end. */
const keysDelayMs = 1_000;

/** One step of the actor. Pure, but for what it reads of the world. */
export function decide(
  state: State,
  message: GroupAuthorityMessage | Own,
  world: World,
  limits: AuthorityLimits,
): Step {
  const taken = take(state, message, world, limits);
  if (message.type === 'get-state' || message.type === 'worker-unlinked') return taken;
  return then(
    then(taken, (next) => advance(next, world, limits)),
    (next) => setAlarm(next, world),
  );
}

function take(state: State, message: GroupAuthorityMessage | Own, world: World, limits: AuthorityLimits): Step {
  const { now, held } = world;
  switch (message.type) {
    case 'begin':
      // What an incarnation before us changed and did not push is found by digest.
      return step(state, [
        report({ type: 'mark', mark: held.mark() }),
        { type: 'push', to: [...state.workers], messages: [hint(held.version())] },
      ]);
    case 'manager-changed':
      return step({ ...state, listAt: Math.min(state.listAt, now) });
    case 'keys-changed':
      return step({ ...state, listAt: Math.min(state.listAt, now + keysDelayMs) });
    case 'agents-removed': {
      const ids = message.ids.filter((id) => held.get(id) !== undefined && !world.exists(id));
      return step({ ...state, leaving: [...state.leaving, ...ids] });
    }
    case 'worker-linked':
      return step({ ...state, workers: new Set([...state.workers, message.peer]) });
    case 'worker-unlinked':
      return step({ ...state, workers: new Set([...state.workers].filter((peer) => peer !== message.peer)) });
    case 'check-groups':
      return afterPush(state, world, limits, () => ({
        type: 'reply-checked',
        to: message.replyTo,
        value: { type: 'groups-checked', version: held.version(), differing: differing(message.parts, held) },
      }));
    case 'get-groups':
      return afterPush(state, world, limits, () => ({
        type: 'reply-groups',
        to: message.replyTo,
        value: groupsIn(message.from, message.to, held),
      }));
    case 'propose-groups':
      return proposed(state, message, world, limits);
    case 'get-state':
      return step(state, [{ type: 'reply-view', to: message.replyTo, value: viewOf(state, held) }]);
    case 'wake':
      return overdue({ ...state, wakeAt: undefined }, world);
    default:
      return message.number === state.number ? outcome(state, message, world, limits) : step(state);
  }
}

/** A worker that is answered of a version has been told of it before. */
const afterPush = (state: State, world: World, limits: AuthorityLimits, answer: () => Effect): Step =>
  then(push(state, world, limits), (next) => step(next, [answer()]));

function proposed(
  state: State,
  { id, groups, replyTo }: Proposal,
  world: World,
  { maxProposals }: AuthorityLimits,
): Step {
  const settled = settledAlready({ id }, world);
  if (settled !== undefined || state.proposals.length >= maxProposals) {
    const value = assigned({ id }, settled ?? 'kept', world.held);
    return step(state, [{ type: 'reply-assigned', to: replyTo, value }]);
  }
  return step({ ...state, proposals: [...state.proposals, { id, groups, replyTo }] });
}

/** Work that takes longer than it may counts as failed. What it writes after all is found by the next listing. */
function overdue(state: State, { now }: World): Step {
  const { work } = state;
  if (!('until' in work) || work.until > now) return step(state);
  const fault = { at: 'manager', code: 'timed-out', text: 'the manager did not answer; it is asked again' };
  return then(step(state, [{ type: 'abandon' }]), (next) => failed(next, fault, now));
}
