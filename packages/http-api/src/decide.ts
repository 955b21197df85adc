import type { Decision } from '@muster/actor';
import type { ApiListening } from './http-api.ts';

export interface State {
  readonly server: 'closed' | 'opening' | 'open';
  /** The last failure to open that was warned of; the same is not warned of twice. */
  readonly warned: string | undefined;
}

/** What only the actor itself sends. */
export type Own =
  | { readonly type: 'opened'; readonly listening: ApiListening }
  | { readonly type: 'open-failed'; readonly text: string }
  /** Time to try a server that could not be opened. */
  | { readonly type: 'tick' };

export type Effect =
  | { readonly type: 'open-server' }
  | { readonly type: 'tell-open'; readonly listening: ApiListening }
  | { readonly type: 'warn'; readonly text: string };

export const nothingYet: State = { server: 'closed', warned: undefined };

export function decide(state: State, message: Own): Decision<State, Effect> {
  switch (message.type) {
    case 'tick':
      if (state.server !== 'closed') return { state, effects: [] };
      return { state: { ...state, server: 'opening' }, effects: [{ type: 'open-server' }] };
    case 'opened':
      return {
        state: { server: 'open', warned: undefined },
        effects: [{ type: 'tell-open', listening: message.listening }],
      };
    case 'open-failed':
      return {
        state: { server: 'closed', warned: message.text },
        effects: message.text === state.warned ? [] : [{ type: 'warn', text: message.text }],
      };
  }
}
