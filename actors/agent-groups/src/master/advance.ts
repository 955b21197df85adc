/** What follows from the whole state, whatever message came: pushes, removals, adoptions, listings, the alarm. */
import { MAX_AGENT_ROWS } from '@muster/protocol';
import { assigned, settledAlready } from './answers.ts';
import { push, somethingToPush } from './pushing.ts';
import {
  type AuthorityLimits,
  type Effect,
  type Proposal,
  type State,
  type Step,
  step,
  then,
  type Work,
  type World,
} from './state.ts';
import { begin, write } from './work.ts';

/** Proposals that the manager is asked of at once. */
const maxAdopted = 64;

/** Everything that follows from the state. Removals first, then adoptions and pages in turn. */
export function advance(before: Step['state'], world: World, limits: AuthorityLimits): Step {
  const pushed = world.now >= before.pushNotBefore ? push(before, world, limits) : step(before);
  return then(pushed, (state) => {
    if (state.work.type !== 'idle' || (state.trouble !== undefined && state.trouble.until > world.now))
      return step(state);
    if (state.leaving.length > 0) return leave(state);
    const mayRead = state.listing !== undefined || world.now >= Math.max(state.listAt, state.listNotBefore);
    if (state.proposals.length > 0 && !(state.adoptedLast && mayRead)) return adopt(state, world, limits);
    return mayRead ? readOn(state, world, limits) : step(state);
  });
}

function leave(state: State): Step {
  const assignments = state.leaving.slice(0, MAX_AGENT_ROWS).map((id) => ({ id, groups: [] }));
  return write({ ...state, leaving: state.leaving.slice(MAX_AGENT_ROWS) }, assignments);
}

/** Asks the manager of the proposals that are still open, each agent once. */
function adopt(state: State, world: World, { workMs }: AuthorityLimits): Step {
  const chosen = new Map<number, Proposal>();
  const rest: Proposal[] = [];
  const replies: Effect[] = [];
  for (const proposal of state.proposals) {
    const settled = settledAlready(proposal, world);
    if (settled !== undefined) {
      replies.push({ type: 'reply-assigned', to: proposal.replyTo, value: assigned(proposal, settled, world.held) });
    } else if (chosen.size < maxAdopted && !chosen.has(proposal.id)) chosen.set(proposal.id, proposal);
    else rest.push(proposal);
  }
  const next = { ...state, proposals: rest };
  if (chosen.size === 0) return step(next, replies);
  const proposals = [...chosen.values()].sort((a, b) => a.id - b.id);
  const work: Work = { type: 'adopting', until: world.now + workMs, proposals };
  const asked = begin(next, work, (number) => ({
    type: 'adopt',
    number,
    proposals: proposals.map(({ id, groups }) => ({ id, groups })),
  }));
  return step(asked.state, [...replies, ...asked.effects]);
}

function readOn(state: State, { now, held }: World, { workMs, reconcileMs }: AuthorityLimits): Step {
  const listing = state.listing ?? { after: 0, began: now, version: held.version(), gone: [] };
  const listAt = state.listing === undefined ? now + reconcileMs : state.listAt;
  return begin(
    { ...state, listing, listAt, adoptedLast: false },
    { type: 'reading', until: now + workMs },
    (number) => ({
      type: 'read-page',
      number,
      after: listing.after,
    }),
  );
}

/** The one timer, for whatever comes first. */
export function setAlarm(state: State, { now, held }: World): Step {
  const { work, trouble } = state;
  const due: number[] = [];
  if (somethingToPush(state, { held })) due.push(state.pushNotBefore);
  if ('until' in work) due.push(work.until);
  if (work.type === 'idle') due.push(Math.max(state.listAt, state.listNotBefore, trouble?.until ?? 0));
  if (work.type === 'idle' && trouble !== undefined && trouble.until > now) due.push(trouble.until);
  const wakeAt = Math.min(...due);
  if (due.length === 0 || (state.wakeAt !== undefined && state.wakeAt <= wakeAt && state.wakeAt > now)) {
    return step(state);
  }
  return step({ ...state, wakeAt }, [{ type: 'wake', delayMs: Math.max(0, wakeAt - now) }]);
}
