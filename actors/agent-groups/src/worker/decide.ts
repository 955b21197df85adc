/** One step of the group replica. Level-triggered: after every message the same questions are asked of the whole state. */
import { type GroupChanges, sameSum } from '@muster/protocol';
import type { GroupsView } from '../digested.ts';
import { unpackRows } from '../packing.ts';
import { advance, setAlarm } from './advance.ts';
import type { GroupReplicaMessage, GroupReplicaView } from './messages.ts';
import { failed, outcome } from './outcome.ts';
import {
  idle,
  type Own,
  type ReplicaLimits,
  report,
  type State,
  type Step,
  step,
  then,
  type Work,
  type World,
} from './state.ts';

/** client.keys may change with each new agent; a listing each time would be one without end. */
const keysDelayMs = 1_000;

/** One step of the actor. Pure, but for what it reads of the world. */
export function decide(state: State, message: GroupReplicaMessage | Own, world: World, limits: ReplicaLimits): Step {
  const taken = take(state, message, world, limits);
  if (message.type === 'get-state') return taken;
  const advanced = then(taken, (next) => advance(next, world, limits));
  return then(
    then(advanced, (next) => tellMark(next, world)),
    (next) => setAlarm(next, world.now),
  );
}

/** What is held, once for each change; what a repair holds on its way is no version of the master's. */
function tellMark(state: State, { held }: World): Step {
  if (state.work.type === 'writing' || state.repair !== undefined) return step(state);
  const { told } = state;
  const mark = held.mark();
  if (told !== undefined && told.version === mark.version && sameSum(told.digest, mark.digest)) return step(state);
  return step({ ...state, told: mark }, [report({ type: 'mark', mark })]);
}

function take(state: State, message: GroupReplicaMessage | Own, world: World, limits: ReplicaLimits): Step {
  const { now, held } = world;
  switch (message.type) {
    case 'begin':
      return step(state);
    case 'linked':
      return then(withoutLink(state), (next) => step({ ...next, linked: true }));
    case 'unlinked':
      return withoutLink(state);
    case 'changes':
      return pushed(state, message.changes, limits);
    case 'masters-mark':
      return step(state.linked ? { ...state, mark: { mark: message.mark, heldVersion: held.version() } } : state);
    case 'manager-changed':
      return step({ ...state, listAt: Math.min(state.listAt, now) });
    case 'keys-changed':
      return step({ ...state, listAt: Math.min(state.listAt, now + keysDelayMs) });
    case 'get-state':
      return step(state, [{ type: 'reply', to: message.replyTo, value: viewOf(state, held) }]);
    case 'wake':
      return overdue({ ...state, wakeAt: undefined }, now);
    default:
      return message.number === state.number ? outcome(state, message, world, limits) : step(state);
  }
}

/** Nothing that was said or asked over a link outlives it. What is being written is written to its end. */
function withoutLink(state: State): Step {
  const asking = state.work.type === 'comparing' || state.work.type === 'fetching' || state.work.type === 'proposing';
  const work: Work = asking ? idle : state.work;
  const number = asking ? state.number + 1 : state.number;
  const forgotten = { pushes: [], mark: undefined, gap: false, repair: undefined, trouble: undefined };
  return step(
    { ...state, ...forgotten, work, number, linked: false, inSync: false },
    asking ? [{ type: 'abandon' }] : [],
  );
}

/** Waits for its turn. What is beyond the bound is lost, and found by comparing. */
function pushed(state: State, changes: GroupChanges, { maxWaitingRows }: ReplicaLimits): Step {
  if (!state.linked) return step(state);
  const rows = unpackRows(changes);
  const waiting = state.pushes.reduce((sum, push) => sum + 1 + push.rows.length, 0);
  if (rows === undefined || waiting + rows.length >= maxWaitingRows) return step({ ...state, gap: true });
  const { base, version } = changes;
  return step({ ...state, pushes: [...state.pushes, { base, version, rows }] });
}

function overdue(state: State, now: number): Step {
  const { work } = state;
  if (!('until' in work) || work.until > now) return step(state);
  const fault = { at: work.type, code: 'timed-out', text: `${work.type} groups took too long; it is tried again` };
  return then(step({ ...state, number: state.number + 1 }, [{ type: 'abandon' }]), (next) => failed(next, fault, now));
}

const viewOf = (state: State, held: GroupsView): GroupReplicaView => ({
  version: held.version(),
  assignments: held.size(),
  inSync: state.inSync,
  doing: doing(state),
  proposals: state.wishes.size,
  repairs: state.repairs,
  listings: state.listings,
  driftRepaired: state.driftRepaired,
  ...troubleOf(state),
});

function doing({ work, repair, listing }: State): string {
  if (work.type !== 'idle') return work.type;
  if (repair !== undefined) return 'repairing';
  return listing === undefined ? 'idle' : 'reading';
}

function troubleOf({ trouble, readTrouble }: State): { readonly trouble?: string } {
  const worst = trouble ?? readTrouble;
  return worst === undefined ? {} : { trouble: worst.fault.text };
}
