/** Asks of a worker's actors to those of its master. */
import { ask, type Ref } from '@muster/actor';
import { LinkError } from '@muster/link';
import type { AskOutcome, NodeMessage } from '@muster/node';
import type { ActorName, WireMessage } from '@muster/protocol';
import type { LinkedNode } from './peers.ts';

/** Resolves with an answer of one of `types`; rejects with what failed, `closed` without a link. */
export type AskMaster = <Type extends WireMessage['type']>(
  to: ActorName,
  message: WireMessage,
  ...types: readonly Type[]
) => Promise<Extract<WireMessage, { readonly type: Type }>>;

/** A batch of the largest kind takes a busy master a fraction of a second; a link that answers nothing for so long is dead soon. */
const answerMs = 20_000;

export const askingMaster =
  (master: () => LinkedNode | undefined): AskMaster =>
  async (to, message, ...types) => {
    const node = master();
    if (node === undefined) throw new LinkError('closed', 'there is no link to the master');
    const request = (replyTo: Ref<AskOutcome>): NodeMessage => ({
      ...{ type: 'ask-peer', to, message, timeoutMs: answerMs, replyTo },
    });
    const outcome = await ask(node.actor, request, answerMs + 1_000);
    if (!outcome.ok) throw Object.assign(new Error(outcome.failure.text), { code: outcome.failure.code });
    const { type } = outcome.message;
    if (!types.some((each) => each === type)) throw new Error(`the master answered ${message.type} with ${type}`);
    return outcome.message as Extract<WireMessage, { readonly type: (typeof types)[number] }>;
  };
