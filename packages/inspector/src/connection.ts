/** One connection to the node at a time: opened when it is wanted, and again when it broke. */
import type { Clock } from '@muster/actor';
import { type ControlClient, ControlError, type Health } from '@muster/control';
import { age } from '@muster/render';
import { pause, stoppable } from './waiting.ts';

export interface ConnectionDeps {
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

export interface Connection {
  /** The living one, or a new one. Rejects as `open` does, when patience is over. */
  readonly get: (wait: Wait) => Promise<ControlClient>;
  /** Closes it; the next is a new one. */
  readonly drop: (client: ControlClient) => void;
  readonly close: () => void;
  /** The node that is connected to; undefined before the first connection. */
  readonly own: () => Pick<Health, 'node' | 'pid'> | undefined;
}

/** A person thinks after 2 s that it hangs. The node's own deadlines for views are shorter. */
export const viewMs = 1_800;
/** Pauses between two tries, ms: the first, and the longest. */
const [firstPauseMs, longestPauseMs] = [250, 5_000];

export function openConnection({ open, clock, notice }: ConnectionDeps): Connection {
  let client: ControlClient | undefined;
  let connecting: Promise<ControlClient> | undefined;
  let own: Pick<Health, 'node' | 'pid'> | undefined;
  let lost = false;

  const connect = async (): Promise<ControlClient> => {
    const opened = await openInTime(open, clock);
    try {
      const health = await inTime(clock, opened.health());
      if (own !== undefined && (lost || own.pid !== health.pid)) {
        notice(`connected again: pid ${health.pid}, up ${age(health.uptimeMs)}`);
      }
      own = health;
      lost = false;
      client = opened;
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  };
  const drop = (dropped: ControlClient): void => {
    dropped.close();
    if (client === dropped) client = undefined;
  };

  return {
    drop,
    own: () => own,
    close: () => {
      if (client !== undefined) drop(client);
    },
    get: async ({ stop, patienceMs }) => {
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
    },
  };
}

/** Rejects after `viewMs`, and calls `late` then. What comes of it later is dropped. */
export function inTime<T>(clock: Clock, answer: Promise<T>, late: () => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(viewMs, () => {
      late();
      reject(new ControlError('timeout', `The node did not answer within ${viewMs / 1_000} s.`));
    });
    answer.then(resolve, reject).finally(cancel);
  });
}

/** One that opens too late is closed. */
function openInTime(open: ConnectionDeps['open'], clock: Clock): Promise<ControlClient> {
  const opening = open();
  return inTime(clock, opening, () => void opening.then((late) => late.close()).catch(() => {}));
}

export const isBroken = (error: unknown): boolean =>
  error instanceof ControlError && (error.code === 'broken' || error.code === 'not-running');
const isLost = (error: unknown): boolean =>
  isBroken(error) || (error instanceof ControlError && error.code === 'timeout');
