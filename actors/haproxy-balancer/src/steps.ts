/** Steps of the backend, one after the other, and what each came to. Pure. */

import { placeOf } from './fates.ts';
import type { BalancerEvent } from './messages.ts';
import { backOffMs, quickMs } from './pace.ts';
import type { AdminState, WantedServer } from './ports.ts';
import {
  type Around,
  andThen,
  begin,
  type Call,
  type Failure,
  knowing,
  type Moved,
  moved,
  report,
  type State,
  type Step,
  without,
} from './state.ts';

/** What rests after a failure is named by this. */
export const keyOf = (step: Step): string => {
  switch (step.do) {
    case 'ensure':
      return `ensure ${step.server.name}`;
    case 'persist':
      return 'persist';
    default:
      return `${step.do} ${step.name}`;
  }
};

export const persistKey = (servers: readonly WantedServer[]): string => JSON.stringify(servers);

/** Begins the next step of the queue; after the last comes a look, soon, and at once when the members changed. */
export function nextStep(state: State, { now, config }: Around): Moved {
  const [step, ...queue] = state.queue;
  if (step === undefined) return moved({ ...state, lookAt: state.disturbed ? now : now + quickMs(config) });
  return begin({ ...state, queue }, step);
}

/** A step was made. */
export function stepDone(before: State, step: Step): Moved {
  const state = noteMade(before, step);
  switch (step.do) {
    case 'ensure':
      return ensured(state, step, false);
    case 'state':
      return stateSet(state, step);
    case 'weight':
      return weightSet(state, step);
    case 'persist':
      return moved({ ...state, persisted: persistKey(step.servers) });
    default:
      return moved(state);
  }
}

/** Until the next look shows whether it had an effect. */
function noteMade(state: State, step: Step): State {
  const key = keyOf(step);
  const made = new Map(state.made).set(key, { step, attempts: state.rests.get(key)?.attempts ?? 0 });
  return { ...state, rests: without(state.rests, key), made };
}

/**
 * One that was just added is ensured once more when it is seen: only then is known what was looked at. What was seen
 * unchecked before may have no checks to begin; what was seen checked has some, should the next look find them ended.
 */
function ensured(state: State, { server }: Extract<Step, { do: 'ensure' }>, isMoved: boolean): Moved {
  const seen = state.servers.find(({ name }) => name === server.name);
  if (seen !== undefined) {
    return moved(
      knowing(state, server.name, {
        checked: { wanted: placeOf(server), seen: placeOf(seen), moved: isMoved },
        ran: seen.health !== 'unchecked',
      }),
    );
  }
  return moved(knowing(state, server.name, { added: true, asked: 'drain' }));
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

function weightSet(state: State, { name, weight: to }: Extract<Step, { do: 'weight' }>): Moved {
  const found = state.servers.find((server) => server.name === name)?.weight ?? to;
  const mended = state.known.get(name)?.weight === to;
  return moved(knowing(state, name, { weight: to }), report({ type: 'weighed', server: name, found, to, mended }));
}

/** It was found otherwise than it was left; or, by one who left nothing yet, not as servers are by themselves. */
const isMended = (asked: AdminState | undefined, found: AdminState, to: AdminState): boolean =>
  asked === undefined ? to === 'ready' || found === 'maint' : found !== asked;

type RemoveStep = Extract<Step, { do: 'remove' }>;

/** `busy`: asked again later. */
export function removeDone(before: State, step: RemoveStep, how: 'removed' | 'busy' | 'gone', { now }: Around): Moved {
  const { name } = step;
  const key = keyOf(step);
  if (how === 'busy') {
    const attempts = (before.rests.get(key)?.attempts ?? 0) + 1;
    const rest = { attempts, until: now + backOffMs(attempts), code: 'busy', text: `${name} still has connections` };
    return moved({ ...before, rests: new Map(before.rests).set(key, rest) });
  }
  const state: State = { ...noteMade(before, step), known: without(before.known, name) };
  return moved(
    { ...state, servers: state.servers.filter((server) => server.name !== name) },
    report({ type: 'removed', server: name }),
  );
}

/** The rest of the queue may depend on what failed: all is looked at anew, and what failed is tried again later. */
export function stepFailed(before: State, step: Step, failure: Failure, around: Around): Moved {
  const { now, config } = around;
  const state: State = { ...before, queue: [], lookAt: now + quickMs(config) };
  const isThere = step.do === 'ensure' && state.servers.some(({ name }) => name === step.server.name);
  if (isThere && failure.code === 'address-differs') return ensured(state, step, true);
  const unsure = step.do === 'state' ? knowing(state, step.name, { asked: undefined }) : state;
  return rested(unsure, keyOf(step), doingOf(step), failure, now);
}

/**
 * After a look: a step that was made and is wanted again had no effect. It rests like one that failed, so that nothing
 * is asked of HAProxy over and over, and what else is to be done is done.
 */
export function withoutEffect(before: State, steps: readonly Step[], now: number): Moved {
  const state: State = { ...before, made: new Map() };
  return steps.reduce((all, step): Moved => {
    const made = before.made.get(keyOf(step));
    if (made === undefined || !isSame(made.step, step, state)) return all;
    return andThen(all, (next) => fruitless(next, step, made.attempts, now));
  }, moved(state));
}

function fruitless(state: State, step: Step, failures: number, now: number): Moved {
  const attempts = failures + 1;
  const text = `${nameOf(step)} is as before, though HAProxy did not refuse it`;
  const rest = { attempts, until: now + backOffMs(attempts), code: 'no-effect', text };
  const rests = new Map(state.rests).set(keyOf(step), rest);
  return moved(
    { ...state, rests },
    ...(failures === 0 ? [report({ type: 'failed', doing: doingOf(step), text })] : []),
  );
}

/** A server that was added and is there now is looked at once more: that is no repetition. */
function isSame(made: Step, step: Step, { servers }: State): boolean {
  if (made.do === 'ensure') return !servers.some(({ name }) => name === made.server.name);
  if (made.do === 'state' && step.do === 'state') return made.to === step.to;
  if (made.do === 'weight' && step.do === 'weight') return made.weight === step.weight;
  return made.do === 'remove';
}

const nameOf = (step: Step): string =>
  step.do === 'ensure' ? step.server.name : step.do === 'persist' ? 'the file' : step.name;

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
