import { offer, type Ref } from '@muster/actor';
import type { NodeName } from '@muster/protocol';
import type { MasterLink } from '../ports.ts';
import type { AgentMergerMessage, Answer } from './messages.ts';

/** How the reporter of the master itself reaches the merger beside it: as a worker would, without a wire. */
export function localMasterLink(
  merger: Ref<AgentMergerMessage>,
  ownName: NodeName,
  nodeTime: () => number,
): MasterLink {
  const ask = <Reply>(message: (answer: Answer<Reply>) => AgentMergerMessage): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const fail = (code: string, text: string): void => reject(Object.assign(new Error(text), { code }));
      if (!offer(merger, message({ reply: resolve, fail }))) fail('overloaded', 'the merger takes no more');
    });
  return {
    linked: () => true,
    send: (batch) => ask((answer) => ({ type: 'statuses', peer: ownName, batch, receivedMs: nodeTime(), answer })),
    check: async (parts) => {
      const { differing } = await ask<{ readonly differing: readonly number[] }>((answer) => ({
        ...{ type: 'check', peer: ownName, parts, answer },
      }));
      return differing;
    },
    held: (range, rows) => ask((answer) => ({ type: 'held', peer: ownName, range, rows, answer })),
  };
}
