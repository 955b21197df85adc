/** Asks of a worker's actors to those of its master. */
import { ActorStoppedError, ask, type Ref } from '@muster/actor';
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

/** What came of asking the node's actor `to`; undefined without a link, or when it breaks meanwhile. Rejects when our own actor of the link does not answer. */
export async function askOverLink(
  node: LinkedNode | undefined,
  to: ActorName,
  message: WireMessage,
  timeoutMs: number,
): Promise<AskOutcome | undefined> {
  if (node === undefined) return undefined;
  const request = (replyTo: Ref<AskOutcome>): NodeMessage => ({ type: 'ask-peer', to, message, timeoutMs, replyTo });
  try {
    const outcome = await ask(node.actor, request, timeoutMs + 1_000);
    return !outcome.ok && outcome.failure.code === 'closed' ? undefined : outcome;
  } catch (error) {
    // The actor of a link ends with it.
    if (error instanceof ActorStoppedError) return undefined;
    throw error;
  }
}

/** A batch of the largest kind takes a busy master a fraction of a second; a link that answers nothing for so long is dead soon. */
const answerMs = 20_000;

export const askingMaster =
  (master: () => LinkedNode | undefined): AskMaster =>
  async (to, message, ...types) => {
    const outcome = await askOverLink(master(), to, message, answerMs);
    if (outcome === undefined) throw new LinkError('closed', 'there is no link to the master');
    if (!outcome.ok) throw Object.assign(new Error(outcome.failure.text), { code: outcome.failure.code });
    const { type } = outcome.message;
    if (!types.some((each) => each === type)) throw new Error(`the master answered ${message.type} with ${type}`);
    return outcome.message as Extract<WireMessage, { readonly type: (typeof types)[number] }>;
  };
