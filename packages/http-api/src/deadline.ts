import { type Clock, within as endedWithin } from '@muster/actor';
import { ApiError } from './api-error.ts';

/** A client waits no longer for a view of the node or of the cluster, ms: it hears of a wedged node in under 2 s. */
export const viewMs = 1_500;

/** What `work` comes to, or 3021 after `ms`. */
export const within = <T>(clock: Clock, work: () => T | Promise<T>, ms: number = viewMs): Promise<T> =>
  endedWithin(clock, ms, work, () => new ApiError(3021));
