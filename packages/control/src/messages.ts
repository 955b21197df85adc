import type { Answer } from '@muster/link';
import type { NodeName } from '@muster/protocol';
import type { LocalReply, LocalRequest } from './local.ts';

/** Who asks: a program on this machine that may open the socket, or a worker whose command line wants the master's view. */
export type Origin = { readonly kind: 'local' } | { readonly kind: 'node'; readonly node: NodeName };

/** What the control actor accepts. */
export type ControlMessage = {
  /** A request; `answer` gets exactly one reply or failure, within the deadline. */
  readonly type: 'ask';
  readonly from: Origin;
  readonly message: LocalRequest;
  readonly answer: LocalAnswer;
};

/** `Answer` of a link, narrowed to what control says. */
export interface LocalAnswer {
  reply(message: LocalReply): void;
  fail(code: string, text: string): void;
}

/** A link's answer serves as it is. */
export const localAnswer = (answer: Answer): LocalAnswer => answer as unknown as LocalAnswer;
