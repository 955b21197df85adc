import { explain } from './disk-error.ts';
import type { ReplicationResult } from './results.ts';

/** What could not be done with one path. */
export type Failure = ReplicationResult['failures'][number];

export const failure = (path: string, code: string): Failure => ({ path, code, text: `${explain(code)} (${code})` });
