/** A conversation that outlives the node's restarts. */
import type { Clock } from '@muster/actor';
import { type ControlClient, isAway } from '@muster/control';
import { pause, unlessStopped } from './waiting.ts';

export interface SteadyDeps {
  /** Rejects with a `ControlError`. */
  readonly open: () => Promise<ControlClient>;
  readonly clock: Clock;
  /** Aborted: nothing more is wanted. */
  readonly stop: AbortSignal;
  /** The node cannot be reached, in its words; told when these change. */
  readonly lost: (text: string) => void;
  /** It answers again. */
  readonly found: () => void;
}

export interface Steady {
  /**
   * Asks until there is an answer; undefined when it is stopped before. Rejects when the node refuses, and when it could
   * not be reached from the first: then there is nothing to wait for.
   */
  ask<T>(question: (client: ControlClient) => Promise<T>): Promise<T | undefined>;
  close(): void;
}

/** Between two tries to reach it, ms. */
const againMs = 1_000;

export function openSteady({ open, clock, stop, lost, found }: SteadyDeps): Steady {
  let client: ControlClient | undefined;
  let hasAnswered = false;
  let said = '';

  const drop = (): void => {
    client?.close();
    client = undefined;
  };
  const once = async <T>(question: (client: ControlClient) => Promise<T>): Promise<T> => {
    client ??= await open();
    return await question(client);
  };
  /** Waits for another try, where there is to be one. */
  const bear = async (error: unknown): Promise<void> => {
    drop();
    if (!hasAnswered || !isAway(error)) throw error;
    const text = error instanceof Error ? error.message : String(error);
    if (text !== said) lost(text);
    said = text;
    await pause(clock, againMs, stop);
  };

  return {
    ask: async (question) => {
      while (!stop.aborted) {
        try {
          const answer = await unlessStopped(once(question), stop);
          if (answer === undefined) break;
          hasAnswered = true;
          if (said !== '') found();
          said = '';
          return answer;
        } catch (error) {
          await bear(error);
        }
      }
      return undefined;
    },
    close: drop,
  };
}

/** `text` of a node that is lost, for people. */
export const tryingAgain = (text: string): string => `${text.replace(/\.?$/, '.')} Trying again…`;
