/** Steps of the backend, one after the other, and what each came to. Pure. */

import { placeOf } from './fates.ts';
import { keyOf, persistKey } from './membership.ts';
import type { BalancerEvent } from './messages.ts';
import type { AdminState } from './ports.ts';
import {
  type Around,
  backOffMs,
  begin,
  type Call,
  type Failure,
  knowing,
  type Moved,
  moved,
  quickMs,
  report,
  type State,
  type Step,
  without,
} from './state.ts';

/** Begins the next step of the queue; after the last comes a look, soon, and at once when the members changed. */
export function nextStep(state: State, { now, config }: Around): Moved {
  const [step, ...queue] = state.queue;
  if (step === undefined) return moved({ ...state, lookAt: state.disturbed ? now : now + quickMs(config) });
  return begin({ ...state, queue }, step);
}

/** A step was made. */
export function stepDone(before: State, step: Step): Moved {
  const state: State = { ...before, rests: without(before.rests, keyOf(step)) };
  switch (step.do) {
    case 'ensure':
      return ensured(state, step, false);
    case 'state':
      return stateSet(state, step);
    case 'persist':
      return moved({ ...state, persisted: persistKey(step.servers) });
    default:
      return moved(state);
  }
}

/** One that was just added is ensured once more when it is seen: only then is known what was looked at. */
function ensured(state: State, { server }: Extract<Step, { do: 'ensure' }>, isMoved: boolean): Moved {
  const seen = state.servers.find(({ name }) => name === server.name);
  if (seen !== undefined) {
    return moved(
      knowing(state, server.name, {
        checked: { wanted: placeOf(server), seen: placeOf(seen), moved: isMoved },
        ran: false,
      }),
    );
  }
  return moved(isMoved ? state : knowing(state, server.name, { added: true, asked: 'drain' }));
}

function stateSet(state: State, { name, to, why }: Extract<Step, { do: 'state' }>): Moved {
  const known = state.known.get(name);
  const found = state.servers.find((server) => server.name === name)?.admin ?? 'drain';
  const joined = to === 'ready' && known?.added === true;
  const next = knowing(state, name, { asked: to, ...(joined ? { added: false } : {}) });
  if (joined) return moved(next, report({ type: 'joined', server: name }));
  const event: BalancerEvent = isMended(known?.asked, found, to)
    ? { type: 'mended', server: name, found, to }
    : { type: 'state-changed', server: name, to, why };
  return moved(next, report(event));
}

/** It was found otherwise than it was left; or, by one who left nothing yet, not as servers are by themselves. */
const isMended = (asked: AdminState | undefined, found: AdminState, to: AdminState): boolean =>
  asked === undefined ? to === 'ready' || found === 'maint' : found !== asked;

/** `busy`: asked again later. */
export function removeDone(before: State, name: string, how: 'removed' | 'busy' | 'gone', { now }: Around): Moved {
  const key = `remove ${name}`;
  if (how === 'busy') {
    const attempts = (before.rests.get(key)?.attempts ?? 0) + 1;
    const rest = { attempts, until: now + backOffMs(attempts), code: 'busy', text: `${name} still has connections` };
    return moved({ ...before, rests: new Map(before.rests).set(key, rest) });
  }
  const state: State = { ...before, rests: without(before.rests, key), known: without(before.known, name) };
  return moved(
    { ...state, servers: state.servers.filter((server) => server.name !== name) },
    report({ type: 'removed', server: name }),
  );
}

/** The rest of the queue may depend on what failed: all is looked at anew, and what failed is tried again later. */
export function stepFailed(before: State, step: Step, failure: Failure, around: Around): Moved {
  const { now, config } = around;
  const state: State = { ...before, queue: [], lookAt: now + quickMs(config) };
  if (step.do === 'ensure' && failure.code === 'address-differs') return ensured(state, step, true);
  const unsure = step.do === 'state' ? knowing(state, step.name, { asked: undefined }) : state;
  return rested(unsure, keyOf(step), doingOf(step), failure, now);
}

/** Rests what failed; told when it is new or fails in another way. */
export function rested(state: State, key: string, doing: string, { code, text }: Failure, now: number): Moved {
  const before = state.rests.get(key);
  const attempts = (before?.attempts ?? 0) + 1;
  const rests = new Map(state.rests).set(key, { attempts, until: now + backOffMs(attempts), code, text });
  const news = before?.code !== code ? [report({ type: 'failed', doing, text })] : [];
  return moved({ ...state, rests }, ...news);
}

/** `setting worker3 to drain` */
export function doingOf(call: Call): string {
  switch (call.do) {
    case 'look':
      return 'looking at HAProxy';
    case 'ensure':
      return `adding ${call.server.name}`;
    case 'state':
      return `setting ${call.name} to ${call.to}`;
    case 'weight':
      return `setting the weight of ${call.name}`;
    case 'remove':
      return `removing ${call.name}`;
    case 'persist':
      return 'writing down the servers';
    case 'list':
      return 'listing the sessions';
    case 'cut':
      return `ending sessions of ${call.order.server}`;
    case 'ask':
      return `asking agents of ${call.node} to connect anew`;
  }
}
