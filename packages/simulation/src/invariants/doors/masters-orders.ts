/** What a master orders another node to do, somebody at the master's own door asked for: no worker can have it ordered. */
import type { Envelope } from '@muster/protocol';
import { isOrder } from '../../doors/index.ts';
import type { Question, Told } from '../../happenings.ts';
import type { World } from '../../world/world.ts';
import type { Ends } from '../sniffer.ts';

export interface MastersOrders {
  told(question: Question, told: Told): void;
  envelope(said: Envelope, ends: Ends): void;
}

export function openMastersOrders({ master, violate }: World): MastersOrders {
  /** Asked for and not yet sent, by what is sent. */
  const asked = new Map<string, number>();
  return {
    told: ({ node, request }, told) => {
      if (told.what !== 'asked' || node !== master.name || request.type !== 'relay' || !isOrder(request)) return;
      const words = JSON.stringify([request.node, request.message]);
      asked.set(words, (asked.get(words) ?? 0) + 1);
    },
    envelope: (said, { from }) => {
      if (from !== master.name || said.kind !== 'ask' || said.message.type !== 'relay') return;
      // By name: who answers for it may be an intruder.
      const { node, message } = said.message;
      if (!isOrder(message)) return;
      const words = JSON.stringify([node, message]);
      const left = asked.get(words) ?? 0;
      asked.set(words, left - 1);
      if (left <= 0)
        violate(
          'masters-orders',
          `the master ordered ${node} ${JSON.stringify(message)}, which nobody there asked for`,
        );
    },
  };
}
