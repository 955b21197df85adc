import { type Failure, failure } from './failure.ts';
import type { Replication } from './results.ts';

/** Takes the files that are too large out of `plan`. What stands at their paths stays. */
export function withinSize(
  plan: Replication,
  maxFileBytes: number,
): { readonly plan: Replication; readonly tooLarge: readonly Failure[] } {
  const large = plan.changes.put.filter(({ entry }) => entry.size > maxFileBytes);
  if (large.length === 0) return { plan, tooLarge: [] };
  const put = plan.changes.put.filter(({ entry }) => entry.size <= maxFileBytes);
  return {
    plan: { ...plan, changes: { ...plan.changes, put } },
    tooLarge: large.map(({ path }) => failure(path, 'TOO_LARGE')),
  };
}
