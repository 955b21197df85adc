import type { Ref } from '@muster/actor';
import type {
  AgentRegistered,
  AgentRemoved,
  AssignGroup,
  GroupAssigned,
  NodeName,
  RegisterAgent,
  RegistrationRefused,
  RemoveAgent,
} from '@muster/protocol';

/** All that may be asked. Nothing else is forwarded, wazuh-db least of all. */
export type RegistrationRequest = RegisterAgent | RemoveAgent | AssignGroup;

export type RegistrationAnswer = AgentRegistered | AgentRemoved | GroupAssigned | RegistrationRefused;

/** Who asks: a program on this machine, or, on the master, a worker for one of its own. */
export type Asker = { readonly type: 'local' } | { readonly type: 'worker'; readonly node: NodeName };

/** What the actor accepts. */
export type RegistrationMessage =
  | {
      readonly type: 'request';
      readonly from: Asker;
      readonly request: RegistrationRequest;
      readonly replyTo: Ref<RegistrationAnswer>;
    }
  /** The link to a worker closed: nobody hears what it is answered. */
  | { readonly type: 'worker-unlinked'; readonly peer: NodeName }
  | { readonly type: 'get-state'; readonly replyTo: Ref<RegistrationView> };

/** For the audit log. Never a key. */
export interface RegistrationEvent {
  readonly type: 'handled';
  /** `local`, or the worker's name. */
  readonly peer: string;
  /** `undo`: an agent was removed again, for nobody heard its key. */
  readonly operation: 'add' | 'remove' | 'assign-group' | 'undo';
  /** As it was asked for, bounded, not escaped. */
  readonly name?: string;
  readonly id?: number;
  readonly result: 'done' | 'refused';
  /** Of a refusal: authd's code, and why. */
  readonly code?: number;
  readonly text?: string;
}

export interface RegistrationView {
  readonly underWay: number;
  /** Of this incarnation. */
  readonly done: number;
  readonly refused: number;
  /** Of these, asked too often. */
  readonly limited: number;
  readonly undone: number;
}

/** For `ask`: how it goes. */
export const getRegistrationState = (replyTo: Ref<RegistrationView>): RegistrationMessage => ({
  type: 'get-state',
  replyTo,
});
