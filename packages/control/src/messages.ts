import type { Answer } from '@muster/link';
import type { NodeName } from '@muster/protocol';
import type { LocalRequest } from './local.ts';

/** Who asks: a program on this machine that may open the socket, or a node whose command line wants our view. */
export type Origin = { readonly kind: 'local' } | { readonly kind: 'node'; readonly node: NodeName };

/** What the control actor accepts. */
export type ControlMessage = {
  /** A request; `answer` gets exactly one reply or failure, within the deadline. */
  readonly type: 'ask';
  readonly from: Origin;
  readonly message: LocalRequest;
  readonly answer: Answer;
};
