/** What HAProxy makes of a plan: the sessions that were ended come back, each to the server that is next by leastconn. */
import type { Load, Plan } from '../src/index.ts';

/** `count` agents connect. Of equal servers `pick` chooses. */
export function place(
  loads: readonly Load[],
  count: number,
  pick: (among: number) => number = () => 0,
): readonly Load[] {
  const placed = loads.map((load) => ({ ...load }));
  const key = ({ sessions, weight }: Load): number => (sessions === 0 ? 0 : (sessions + 1) / weight);
  for (let i = 0; i < count; i++) {
    const open = placed.filter(({ part }) => part === 'takes');
    const least = Math.min(...open.map(key));
    const best = open.filter((load) => key(load) === least);
    const chosen = best[pick(best.length) % best.length];
    if (chosen !== undefined) chosen.sessions += 1;
  }
  return placed;
}

/** The plan is carried out and everyone is back. */
export function carriedOut(loads: readonly Load[], plan: Plan, pick?: (among: number) => number): readonly Load[] {
  const cut = loads.map((load) => ({ ...load, sessions: load.sessions - (plan.cuts.get(load.name) ?? 0) }));
  return place(cut, plan.total, pick);
}
