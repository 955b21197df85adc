/** One step of the registration actor. Pure. */
import type { NodeName } from '@muster/protocol';
import { take } from './bucket.ts';
import { codes } from './codes.ts';
import { eventOf } from './events.ts';
import type { RegistrationAnswer, RegistrationMessage, RegistrationView } from './messages.ts';
import {
  type Effect,
  nameOf,
  type Operation,
  type Own,
  type RegistrationConfig,
  refused,
  type State,
  type Step,
  step,
  then,
} from './state.ts';
import { validated } from './validate.ts';

export function decide(
  state: State,
  message: RegistrationMessage | Own,
  now: number,
  config: RegistrationConfig,
): Step {
  return then(
    then(taken(state, message, now, config), (next) => start(next, config)),
    (next) => setAlarm(next, now),
  );
}

function taken(state: State, message: RegistrationMessage | Own, now: number, config: RegistrationConfig): Step {
  switch (message.type) {
    case 'request':
      return asked(state, message, now, config);
    case 'worker-unlinked':
      return unheard(state, message.peer);
    case 'get-state':
      return step(state, [{ type: 'reply-view', to: message.replyTo, value: viewOf(state) }]);
    case 'outcome':
      return outcome(state, message.number, message.answer, now, config);
    case 'wake':
      return overdue({ ...state, wakeAt: undefined }, now, config);
  }
}

type Request = Extract<RegistrationMessage, { readonly type: 'request' }>;

/** Lets a request in, or says why not. What is malformed costs its asker a token, too. */
function asked(state: State, { from, request, replyTo }: Request, now: number, config: RegistrationConfig): Step {
  const refuse = (before: State, code: number, text: string): Step => {
    const value = refused(code, text);
    return step({ ...before, refused: before.refused + 1 }, [
      { type: 'reply', to: replyTo, value },
      { type: 'report', event: eventOf(from, request, value) },
    ]);
  };
  if (from.type === 'worker' && config.role === 'worker') {
    return refuse(state, codes.workerNode, 'This node is a worker; ask the master');
  }
  const token = take(state.buckets, nameOf(from), now, config);
  if (!token.ok) {
    const text = `Asked too often: ${config.perSecond} requests a second are taken; try again in ${secondsOf(token.retryMs)} s`;
    return refuse({ ...state, limited: state.limited + 1 }, codes.internal, text);
  }
  const paid = { ...state, buckets: token.buckets };
  const valid = validated(request);
  if ('code' in valid) return refuse(paid, valid.code, valid.text);
  if (state.operations.size >= config.underWay) {
    return refuse(paid, codes.internal, `${config.underWay} requests are under way already; try again in a second`);
  }
  return step(added(paid, { from, request: valid, replyTo, until: now + config.answerMs, undo: false }));
}

/** Rounded up: whoever waits as long is heard. */
const secondsOf = (ms: number): string => String(Math.ceil(ms / 100) / 10);

function added(state: State, operation: Omit<Operation, 'number' | 'running'>): State {
  const number = state.next;
  const operations = new Map(state.operations).set(number, { ...operation, number, running: false });
  return { ...state, operations, next: number + 1 };
}

const without = (state: State, number: number): State => ({
  ...state,
  operations: new Map([...state.operations].filter(([other]) => other !== number)),
});

const withOperation = (state: State, operation: Operation): State => ({
  ...state,
  operations: new Map(state.operations).set(operation.number, operation),
});

/** What changes client.keys is done one after the other on the master, as authd does. */
const isSerial = ({ request }: Operation, { role }: RegistrationConfig): boolean =>
  role === 'master' && request.type !== 'assign-group';

function start(state: State, config: RegistrationConfig): Step {
  const all = [...state.operations.values()];
  // One that nobody waits for any more keeps nobody else waiting.
  const busy = all.some((one) => one.running && isSerial(one, config) && (one.replyTo !== undefined || one.undo));
  const waiting = all.filter(({ running }) => !running);
  const serial = busy ? undefined : waiting.find((one) => isSerial(one, config));
  const chosen = waiting.filter((one) => one === serial || !isSerial(one, config));
  return step(
    chosen.reduce((next, one) => withOperation(next, { ...one, running: true }), state),
    chosen.map(({ number, request }) => ({ type: 'carry-out', number, request })),
  );
}

function outcome(
  before: State,
  number: number,
  answer: RegistrationAnswer,
  now: number,
  config: RegistrationConfig,
): Step {
  const operation = before.operations.get(number);
  if (operation === undefined) return step(before);
  const { from, request, replyTo, undo } = operation;
  const state = without(before, number);
  const isRefusal = answer.type === 'registration-refused';
  const counted: State = {
    ...state,
    done: state.done + (isRefusal || undo ? 0 : 1),
    refused: state.refused + (isRefusal ? 1 : 0),
    undone: state.undone + (!isRefusal && undo ? 1 : 0),
  };
  const event: Effect = { type: 'report', event: eventOf(from, request, answer, undo) };
  if (replyTo !== undefined) return step(counted, [{ type: 'reply', to: replyTo, value: answer }, event]);
  if (undo || answer.type !== 'agent-registered') return step(counted, [event]);
  return step(undone(counted, operation, answer.id, now, config), [event]);
}

/**
 * An agent was added and its key reached nobody: it would never report, and its name would be taken when it asks again.
 * authd does the same when it cannot send an agent its key (`reference/agent-info.md` 2).
 */
const undone = (state: State, { from }: Operation, id: number, now: number, { answerMs }: RegistrationConfig): State =>
  added(state, { from, request: { type: 'remove-agent', id, purge: true }, until: now + answerMs, undo: true });

/** Whoever asked over this link hears no answer: what has not begun is dropped, what is under way is undone when it ends. */
function unheard(state: State, peer: NodeName): Step {
  const theirs = [...state.operations.values()].filter(
    ({ from, undo }) => !undo && from.type === 'worker' && from.node === peer,
  );
  return step(
    theirs.reduce(
      (next, one) => (one.running ? withOperation(next, { ...one, replyTo: undefined }) : without(next, one.number)),
      state,
    ),
  );
}

/** Answers those that take too long. What was asked for them may yet happen: it is waited for once as long, to undo it. */
function overdue(before: State, now: number, config: RegistrationConfig): Step {
  const late = [...before.operations.values()].filter(({ until }) => until <= now);
  return late.reduce((done, operation) => then(done, (state) => tooLate(state, operation, now, config)), step(before));
}

function tooLate(state: State, operation: Operation, now: number, { role, answerMs }: RegistrationConfig): Step {
  const { number, from, request, replyTo, running, undo } = operation;
  const rest =
    running && replyTo !== undefined
      ? withOperation(state, { ...operation, replyTo: undefined, until: now + answerMs })
      : without(state, number);
  const effects: Effect[] = running && replyTo === undefined ? [{ type: 'give-up', number }] : [];
  if (replyTo === undefined && !undo) return step(rest, effects);
  const who = role === 'master' ? 'the registrar' : 'the master';
  const value = refused(codes.internal, `No answer from ${who} within ${answerMs / 1_000} s; try again`);
  if (replyTo !== undefined) effects.push({ type: 'reply', to: replyTo, value });
  const event: Effect = { type: 'report', event: eventOf(from, request, value, undo) };
  return step({ ...rest, refused: state.refused + 1 }, [...effects, event]);
}

const viewOf = ({ operations, done, refused: refusals, limited, undone: taken }: State): RegistrationView => ({
  underWay: operations.size,
  done,
  refused: refusals,
  limited,
  undone: taken,
});

/** The one timer, for whoever is due first. */
function setAlarm(state: State, now: number): Step {
  if (state.operations.size === 0) return step(state);
  const wakeAt = [...state.operations.values()].reduce(
    (first, { until }) => Math.min(first, until),
    Number.POSITIVE_INFINITY,
  );
  if (state.wakeAt !== undefined && state.wakeAt <= wakeAt && state.wakeAt > now) return step(state);
  return step({ ...state, wakeAt }, [{ type: 'wake', delayMs: Math.max(0, wakeAt - now) }]);
}
