import type { HealthcheckRow } from '@muster/protocol';

/** A node that is connected: the master, or a worker with a link. */
export type HealthRow = Pick<HealthcheckRow, 'name' | 'role' | 'version' | 'address' | 'activeAgents'> &
  Partial<Pick<HealthcheckRow, 'lastKeepAliveAgoMs' | 'work'>>;

/** What a worker did last; absent while it has not said so yet. */
export type Work = NonNullable<HealthRow['work']>;

/** As Python writes a boolean. */
export const truth = (is: boolean): string => (is ? 'True' : 'False');
