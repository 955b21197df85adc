import type { Decision, Ref } from '@muster/actor';
import type { NodeName, RegistrationRefused, Role } from '@muster/protocol';
import type { Buckets, RateLimit } from './bucket.ts';
import type {
  Asker,
  RegistrationAnswer,
  RegistrationEvent,
  RegistrationRequest,
  RegistrationView,
} from './messages.ts';

export interface RegistrationConfig extends RateLimit {
  readonly role: Role;
  /** Requests under way, those that wait included. At least 1. */
  readonly underWay: number;
  /** An answer is given within this, ms. On a worker longer than on its master, so that the master's reason arrives. */
  readonly answerMs: number;
}

/** A site that enrols a rack of machines is not refused, a program gone wild is; authd answers in milliseconds, 10 s is an outage. */
export const registrationDefaults = {
  perSecond: 50,
  burst: 200,
  underWay: 256,
  answerMs: { master: 10_000, worker: 12_000 },
} as const;

/** One request that was let in. */
export interface Operation {
  readonly number: number;
  readonly from: Asker;
  /** What is carried out. */
  readonly request: RegistrationRequest;
  /** Absent: nobody waits for the answer any more, or nobody ever did. */
  readonly replyTo?: Ref<RegistrationAnswer> | undefined;
  readonly running: boolean;
  /** Answered by then; when nobody waits, given up then. */
  readonly until: number;
  /** It takes back what nobody heard of. */
  readonly undo: boolean;
}

export interface State {
  readonly buckets: Buckets;
  /** In the order in which they came. */
  readonly operations: ReadonlyMap<number, Operation>;
  readonly next: number;
  readonly done: number;
  readonly refused: number;
  readonly limited: number;
  readonly undone: number;
  readonly wakeAt?: number | undefined;
}

/** What only the actor sends itself. */
export type Own =
  | { readonly type: 'outcome'; readonly number: number; readonly answer: RegistrationAnswer }
  | { readonly type: 'wake' };

export type Effect =
  /** The master's registrar, or on a worker the master, is asked. */
  | { readonly type: 'carry-out'; readonly number: number; readonly request: RegistrationRequest }
  /** Its outcome is not waited for any more. */
  | { readonly type: 'give-up'; readonly number: number }
  | { readonly type: 'reply'; readonly to: Ref<RegistrationAnswer>; readonly value: RegistrationAnswer }
  | { readonly type: 'reply-view'; readonly to: Ref<RegistrationView>; readonly value: RegistrationView }
  | { readonly type: 'report'; readonly event: RegistrationEvent }
  | { readonly type: 'wake'; readonly delayMs: number };

export type Step = Decision<State, Effect>;

export const step = (state: State, effects: readonly Effect[] = []): Step => ({ state, effects });

/** Goes on from `before`. */
export function then(before: Step, next: (state: State) => Step): Step {
  const { state, effects } = next(before.state);
  return { state, effects: [...before.effects, ...effects] };
}

export const initialState: State = {
  buckets: new Map(),
  operations: new Map(),
  next: 1,
  done: 0,
  refused: 0,
  limited: 0,
  undone: 0,
};

export const nameOf = (from: Asker): NodeName | 'local' => (from.type === 'local' ? 'local' : from.node);

export const refused = (code: number, text: string): RegistrationRefused => ({
  type: 'registration-refused',
  code,
  text,
});
