/**
 * Adds and removes agents and tells the groups of new ones, for programs on this machine and, on the master, for workers.
 *
 * Three requests and no others. Each is validated, counted against its asker's rate and answered within `answerMs`: by
 * the registrar on the master, one addition or removal after the other; by the master on a worker. Refusals bear authd's
 * codes. An agent whose key could be told to nobody, for the asker had gone or had been answered "too late", is removed
 * again. A restart loses what is under way: whoever asked is told so at once by the ask that failed; what the registrar
 * did for it stays.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import { forwarded, registered } from './carry-out.ts';
import { decide } from './decide.ts';
import type { RegistrationAnswer, RegistrationEvent, RegistrationMessage, RegistrationRequest } from './messages.ts';
import type { Registrar } from './ports.ts';
import { type Effect, initialState, type Own, type RegistrationConfig, type State } from './state.ts';

/** What the actor needs of the node it runs in. */
export interface RegistrationDeps {
  readonly clock: Clock;
  /** A master's registrar; a worker's way to its master, which rejects when there is no link, it closed, or no answer came. */
  readonly by:
    | { readonly role: 'master'; readonly registrar: Registrar }
    | {
        readonly role: 'worker';
        readonly askMaster: (request: RegistrationRequest, signal: AbortSignal) => Promise<RegistrationAnswer>;
      };
  /** Neither blocks nor throws. */
  readonly report: (event: RegistrationEvent) => void;
}

export function spawnRegistration(
  parent: Parent,
  deps: RegistrationDeps,
  limits: Omit<RegistrationConfig, 'role'>,
): Ref<RegistrationMessage> {
  const config: RegistrationConfig = { ...limits, role: deps.by.role };
  let running: Running = { cancelAlarm: () => {}, works: new Map() };
  return spawnActor<State, RegistrationMessage, Own, Effect>(parent, {
    name: 'registration',
    clock: deps.clock,
    init: () => initialState,
    started: () => {
      running = { cancelAlarm: () => {}, works: new Map() };
    },
    decide: (state, message, now) => decide(state, message, now, config),
    perform: (effect, scope) => perform(effect, deps, scope, running),
    // Requests and answers have keys: of these the inspector shows the kind only.
    redact: (message) =>
      message.type === 'request'
        ? { type: message.type, from: message.from, request: message.request.type }
        : { type: message.type },
    redactState: ({ operations, ...state }) => ({
      ...state,
      operations: [...operations.values()].map(({ request, ...operation }) => ({
        ...operation,
        request: request.type,
      })),
    }),
  });
}

interface Running {
  cancelAlarm: () => void;
  readonly works: Map<number, AbortController>;
}

function perform(effect: Effect, deps: RegistrationDeps, scope: Scope<Own>, running: Running): void {
  switch (effect.type) {
    case 'carry-out':
      carryOut(effect, deps, scope, running);
      break;
    case 'give-up':
      running.works.get(effect.number)?.abort();
      running.works.delete(effect.number);
      break;
    case 'reply':
      tell(effect.to, effect.value);
      break;
    case 'reply-view':
      tell(effect.to, effect.value);
      break;
    case 'report':
      deps.report(effect.event);
      break;
    case 'wake':
      running.cancelAlarm();
      running.cancelAlarm = scope.after(effect.delayMs, { type: 'wake' });
      break;
  }
}

function carryOut(
  { number, request }: Extract<Effect, { readonly type: 'carry-out' }>,
  { by }: RegistrationDeps,
  scope: Scope<Own>,
  { works }: Running,
): void {
  const given = new AbortController();
  works.set(number, given);
  scope.run(
    async (ended) => {
      const signal = AbortSignal.any([ended, given.signal]);
      const answer =
        by.role === 'master'
          ? await registered(request, by.registrar, signal)
          : await forwarded(request, by.askMaster, signal);
      works.delete(number);
      return answer;
    },
    (answer) => ({ type: 'outcome', number, answer }),
    (error) => {
      throw new Error('bug: carrying out a request rejected', { cause: error });
    },
  );
}
