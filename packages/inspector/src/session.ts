/**
 * The conversation with a node, over its restarts.
 *
 * A connection that breaks is opened again at once; where that fails it is tried again, ever more rarely, for as long
 * as the asker has patience. That it was lost, and is there again, is said once each. A view is asked again on the new
 * connection; an order never, for it may have been done.
 */
import { type ControlClient, ControlError, type NodeClient } from '@muster/control';
import type { NodeName } from '@muster/protocol';
import { type ConnectionDeps, inTime, isBroken, openConnection, type Wait } from './connection.ts';
import { stoppable } from './waiting.ts';

/** `node`: the one that is looked at. `here`: the one that is connected to. */
export type Asking<T> = (node: NodeClient, here: ControlClient) => Promise<T>;

export interface Session {
  /** The node that is looked at; '' before the first connection. */
  readonly node: () => NodeName;
  /** Another from now on. */
  readonly look: (node: NodeName) => void;
  /** Rejects in under 2 s when there is no answer; who went silent is asked on a new connection the next time. */
  readonly view: <T>(ask: Asking<T>, wait: Wait) => Promise<T>;
  readonly order: <T>(ask: Asking<T>, wait: Wait) => Promise<T>;
  readonly close: () => void;
}

/** Connections that may break one after the other under the same question. */
const maxBreaks = 3;

/** `first`: the node to look at; undefined: the one that is connected to. */
export function openSession(deps: ConnectionDeps, first?: NodeName): Session {
  const connection = openConnection(deps);
  let lookedAt = first;

  const ask = <T>(asking: Asking<T>, client: ControlClient): Promise<T> =>
    asking(client.at(lookedAt === connection.own()?.node ? undefined : lookedAt), client);

  const view: Session['view'] = async (asking, wait) => {
    for (let breaks = 1; ; breaks++) {
      const client = await connection.get(wait);
      try {
        const answer = inTime(deps.clock, ask(asking, client), () => connection.drop(client));
        return await stoppable(answer, wait.stop);
      } catch (error) {
        if (!isBroken(error)) throw error;
        connection.drop(client);
        if (breaks === maxBreaks) throw error;
      }
    }
  };

  const order: Session['order'] = async (asking, wait) => {
    // A connection that broke meanwhile is found by a question, not by the order.
    const client = await view((_node, here) => here.health().then(() => here), wait);
    try {
      return await stoppable(ask(asking, client), wait.stop);
    } catch (error) {
      if (!isBroken(error)) throw error;
      connection.drop(client);
      throw unknownOutcome(error);
    }
  };

  return {
    view,
    order,
    node: () => lookedAt ?? connection.own()?.node ?? '',
    look: (node) => {
      lookedAt = node;
    },
    close: connection.close,
  };
}

const unknownOutcome = (cause: unknown): ControlError => {
  const words = cause instanceof Error ? cause.message : String(cause);
  const text = `${words} Whether it was done is not known: look before you order it again.`;
  return new ControlError('broken', text, cause);
};
