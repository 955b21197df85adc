/**
 * The conversation with a node, over its restarts.
 *
 * A connection that breaks is opened again at once; where that fails it is tried again, ever more rarely, for as long
 * as the asker has patience. That it was lost, and is there again, is said once each. A view is asked again on the new
 * connection; an order never, for it may have been done.
 */
import type { Clock } from '@muster/actor';
import { type ControlClient, ControlError, type Health, type NodeClient } from '@muster/control';
import type { NodeName } from '@muster/protocol';
import { age, printable } from '@muster/render';
import { pause, stoppable } from './waiting.ts';

export interface SessionDeps {
  /** Rejects with a `ControlError`. */
  readonly open: () => Promise<ControlClient>;
  readonly clock: Clock;
  /** One line for people. */
  readonly notice: (text: string) => void;
}

/** How long an asker waits. */
export interface Wait {
  /** Aborted: it waits no more, and is told so with `Stopped`. */
  readonly stop: AbortSignal;
  /** Milliseconds that a lost node is waited for; 0: not at all. */
  readonly patienceMs: number;
}

/** `node`: the one that is looked at. `here`: the one that is connected to. */
export type Asking<T> = (node: NodeClient, here: ControlClient) => Promise<T>;

export interface Session {
  /** The node that is looked at; '' before the first connection. */
  readonly node: () => NodeName;
  /** Another from now on. */
  readonly look: (node: NodeName) => void;
  readonly view: <T>(ask: Asking<T>, wait: Wait) => Promise<T>;
  readonly order: <T>(ask: Asking<T>, wait: Wait) => Promise<T>;
  readonly close: () => void;
}

/** A person thinks after 2 s that it hangs. The node's own deadlines for views are shorter. */
export const viewMs = 1_800;
/** Pauses between two tries, ms: the first, and the longest. */
const [firstPauseMs, longestPauseMs] = [250, 5_000];
/** Connections that may break one after the other under the same question. */
const maxBreaks = 3;

export function openSession({ open, clock, notice }: SessionDeps, first?: NodeName): Session {
  let client: ControlClient | undefined;
  let connecting: Promise<ControlClient> | undefined;
  let known: Pick<Health, 'node' | 'pid'> | undefined;
  let lookedAt = first;
  let lost = false;

  const drop = (dropped: ControlClient): void => {
    dropped.close();
    if (client === dropped) client = undefined;
  };

  /** Rejects in under 2 s when there is no answer; what has gone silent is not asked again. */
  const inTime = <T>(answer: Promise<T>, late: () => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(viewMs, () => {
        late();
        reject(new ControlError('timeout', `The node did not answer within ${viewMs / 1_000} s.`));
      });
      answer.then(resolve, reject).finally(cancel);
    });

  const connect = async (): Promise<ControlClient> => {
    const opening = open();
    const opened = await inTime(opening, () => void opening.then((late) => late.close()).catch(() => {}));
    try {
      const health = await inTime(opened.health(), () => {});
      if (known !== undefined && (lost || known.pid !== health.pid)) {
        notice(`connected again: pid ${health.pid}, up ${age(health.uptimeMs)}`);
      }
      known = health;
      lost = false;
      client = opened;
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  };

  const connected = async ({ stop, patienceMs }: Wait): Promise<ControlClient> => {
    const until = clock.now() + patienceMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      if (client !== undefined) return client;
      try {
        connecting ??= connect().finally(() => {
          connecting = undefined;
        });
        return await stoppable(connecting, stop);
      } catch (error) {
        if (!isLost(error) || clock.now() + pauseMs > until) throw error;
        if (!lost) notice('lost the node; trying again…');
        lost = true;
      }
      await pause(clock, pauseMs, stop);
    }
  };

  const ask = <T>(asking: Asking<T>, current: ControlClient): Promise<T> =>
    asking(current.at(lookedAt === known?.node ? undefined : lookedAt), current);

  const view: Session['view'] = async (asking, wait) => {
    for (let breaks = 1; ; breaks++) {
      const current = await connected(wait);
      try {
        return await stoppable(
          inTime(ask(asking, current), () => drop(current)),
          wait.stop,
        );
      } catch (error) {
        if (!isBroken(error)) throw error;
        drop(current);
        if (breaks === maxBreaks) throw error;
      }
    }
  };

  return {
    view,
    node: () => lookedAt ?? known?.node ?? '',
    look: (node) => {
      lookedAt = node;
    },
    order: async (asking, wait) => {
      // A connection that broke meanwhile is found by a question, not by the order.
      const current = await view(async (_node, here) => {
        await here.health();
        return here;
      }, wait);
      try {
        return await stoppable(ask(asking, current), wait.stop);
      } catch (error) {
        if (!isBroken(error)) throw error;
        drop(current);
        const text = `${printable((error as Error).message)} Whether it was done is not known: look before you order it again.`;
        throw new ControlError('broken', text, error);
      }
    },
    close: () => {
      if (client !== undefined) drop(client);
    },
  };
}

const isBroken = (error: unknown): boolean =>
  error instanceof ControlError && (error.code === 'broken' || error.code === 'not-running');
const isLost = (error: unknown): boolean =>
  isBroken(error) || (error instanceof ControlError && error.code === 'timeout');
