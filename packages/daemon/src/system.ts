/** The actor system of a node, and what of its life is logged. */
import { type ActorSystem, type Observer, openSystem, together } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { Logger } from '@muster/log';
import type { Platform } from './platform.ts';

/** Starts the tree; `giveUp` is called when it cannot be kept running, with everything stopped. `watchers` see it beside the log. */
export function openNodeSystem(
  { muster: { restarts } }: NodeConfig,
  { clock, random, scheduler, log }: Platform,
  tag: string,
  giveUp: (reason: string) => void,
  watchers: readonly Partial<Observer>[] = [],
): ActorSystem {
  const logger = log.for(tag, 'Actors');
  return openSystem({
    clock,
    random,
    scheduler,
    observer: together([logged(logger), ...watchers]),
    supervision: {
      intensity: { maxRestarts: restarts.max, withinMs: restarts.withinMs },
      backOff: { minMs: restarts.backOffMinMs, maxMs: restarts.backOffMaxMs, factor: 2, jitter: 0.2 },
    },
    giveUp: (reason) => giveUp(reason),
  });
}

const logged = (logger: Logger): Partial<Observer> => ({
  crashed: (path, error, outcome) => {
    const text = `${path} crashed: ${error instanceof Error ? error.message : String(error)}`;
    const stack = error instanceof Error ? { stack: error.stack } : {};
    if (outcome === 'restart') logger.warning(`${text}. It is restarted.`, stack);
    else
      logger.error(outcome === 'give-up' ? `${text}. Its supervisor gives up.` : `${text}. It stays stopped.`, stack);
  },
  restarted: (path) => logger.info(`${path} runs again.`),
  deadLetter: ({ to, reason, type }) => logger.debug(`A message ${type} for ${to} reached nobody: ${reason}.`),
});
