/**
 * How many sessions each server should have, and how few must be ended for it (`reference/haproxy-runtime.md` 2).
 * What is ended comes back through HAProxy, which gives it to the server with the fewest (leastconn). Pure.
 */

/** One server as the plan sees it. */
export interface Load {
  readonly name: string;
  /** At least 1. */
  readonly weight: number;
  readonly sessions: number;
  /**
   * `takes`: gets new agents. `empties`: is to have none. `lost`: the same, even while its agents have nowhere to go.
   * `keeps`: gets none and loses none; it is left out of the sum.
   */
  readonly part: 'takes' | 'keeps' | 'empties' | 'lost';
}

/**
 * `full`: as even as whole numbers allow. `band`: only when beyond the tolerance, and only back into it. `empty`: only
 * from where nobody is to be.
 */
export type Mode = 'full' | 'band' | 'empty';

export interface Plan {
  readonly mode: Mode;
  /** Sessions that each server should have, of all servers. */
  readonly targets: ReadonlyMap<string, number>;
  /** Sessions to end; only servers of which some are ended. */
  readonly cuts: ReadonlyMap<string, number>;
  /** The sum of `cuts`. */
  readonly total: number;
  /** Within the tolerance, and nobody where nobody is to be. */
  readonly balanced: boolean;
}

/** What is to be emptied is, unless no server takes agents: they would have nowhere to go. */
export function planFor(loads: readonly Load[], mode: Mode, tolerance: number): Plan {
  const takers = loads.filter(({ part }) => part === 'takes');
  const goes = ({ part }: Load): boolean => part === 'lost' || (part === 'empties' && takers.length > 0);
  const emptied = loads.filter((load) => goes(load) && load.sessions > 0);
  const total = sum([...takers, ...emptied]);
  const targets = new Map(loads.map(({ name, sessions }) => [name, sessions]));
  for (const { name } of emptied) targets.set(name, 0);
  for (const [name, target] of targetsOf(takers, total)) targets.set(name, target);
  const fit = { takers, targets, total, spare: sum(emptied) };
  const cuts = new Map([
    ...emptied.map(({ name, sessions }): Cut => [name, sessions]),
    ...cutsOf(fit, mode, tolerance),
  ]);
  const balanced = emptied.length === 0 && within(fit, tolerance);
  return { mode, targets, cuts, total: [...cuts.values()].reduce((a, b) => a + b, 0), balanced };
}

type Cut = readonly [name: string, count: number];

/** Those who take, and what they are to hold together; `spare` of it comes from servers that are emptied. */
interface Fit {
  readonly takers: readonly Load[];
  readonly targets: ReadonlyMap<string, number>;
  readonly total: number;
  readonly spare: number;
}

const sum = (loads: readonly Load[]): number => loads.reduce((all, { sessions }) => all + sessions, 0);

/** How `total` sessions are to lie on these. Largest remainder; spare units first to those who are above their floor already, which need then not give them up. */
export function targetsOf(takers: readonly Load[], total: number): readonly (readonly [name: string, count: number])[] {
  const weights = takers.reduce((all, { weight }) => all + weight, 0);
  const shares = takers.map(({ name, weight, sessions }) => {
    const floor = Math.floor((total * weight) / weights);
    return { name, floor, above: sessions > floor, rest: (total * weight) % weights };
  });
  const left = total - shares.reduce((all, { floor }) => all + floor, 0);
  const order = shares.toSorted(
    (a, b) => Number(b.above) - Number(a.above) || b.rest - a.rest || (a.name < b.name ? -1 : 1),
  );
  return order.map(({ name, floor }, index): Cut => [name, floor + (index < left ? 1 : 0)]);
}

function cutsOf(fit: Fit, mode: Mode, tolerance: number): readonly Cut[] {
  if (mode === 'empty' || fit.takers.length === 0) return [];
  const band = mode === 'band' ? tolerance : 0;
  const wanted = needed(fit, band);
  if (wanted === 0) return [];
  return mode === 'band' && sameWeights(fit.takers) ? bandCuts(fit, wanted) : fullCuts(fit);
}

/**
 * As many as lie over the band, or are missing under it beyond what comes from elsewhere, whichever is more. With unequal
 * weights what comes from elsewhere may go to a light server, and not to where it is missing: it does not count.
 */
function needed(fit: Fit, tolerance: number): number {
  const bounds = fit.takers.map((load) => ({ load, ...boundsOf(load, fit, tolerance) }));
  const over = bounds.reduce((all, { load, high }) => all + Math.max(0, load.sessions - high), 0);
  const under = bounds.reduce((all, { load, low }) => all + Math.max(0, low - load.sessions), 0);
  return Math.max(over, sameWeights(fit.takers) ? under - fit.spare : under);
}

const fullCuts = ({ takers, targets }: Fit): readonly Cut[] =>
  takers.flatMap(({ name, sessions }) => {
    const over = sessions - (targets.get(name) ?? 0);
    return over > 0 ? [[name, over] as const] : [];
  });

/** From the fullest down, none below its target. */
function bandCuts({ takers, targets }: Fit, wanted: number): readonly Cut[] {
  const downTo = (level: number) =>
    takers.map(({ name, sessions }): Cut => [name, Math.max(0, sessions - Math.max(level, targets.get(name) ?? 0))]);
  const at = (level: number): number => downTo(level).reduce((all, [, count]) => all + count, 0);
  let level = 0;
  let above = Math.max(...takers.map(({ sessions }) => sessions));
  while (level < above) {
    const middle = Math.ceil((level + above) / 2);
    if (at(middle) >= wanted) level = middle;
    else above = middle - 1;
  }
  return lessBy(at(level) - wanted, downTo(level), new Map(downTo(level + 1)));
}

/** Gives `back` units back to those who are at the level itself: one above it is as good. */
function lessBy(back: number, cuts: readonly Cut[], oneAbove: ReadonlyMap<string, number>): readonly Cut[] {
  let left = back;
  return cuts.flatMap(([name, count]): readonly Cut[] => {
    const less = left > 0 && (oneAbove.get(name) ?? 0) < count ? 1 : 0;
    left -= less;
    return count > less ? [[name, count - less]] : [];
  });
}

const within = (fit: Fit, tolerance: number): boolean =>
  fit.takers.every((load) => {
    const { low, high } = boundsOf(load, fit, tolerance);
    return load.sessions >= low && load.sessions <= high;
  });

/**
 * With unequal weights HAProxy's own choice is a few off: for the heavier more so, for all never more than there are
 * servers (held by a test). A light stranger beside servers of 100 would hide any imbalance else.
 */
function boundsOf({ weight }: Load, { takers, total }: Fit, tolerance: number): { low: number; high: number } {
  const weights = takers.reduce((all, taker) => all + taker.weight, 0);
  const share = (total * weight) / weights;
  const least = Math.min(...takers.map((taker) => taker.weight));
  const slack = sameWeights(takers) ? 0 : Math.min(Math.ceil(weight / least), takers.length);
  return {
    low: Math.min(Math.floor(share) - slack, Math.ceil(share * (1 - tolerance))),
    high: Math.max(Math.ceil(share) + slack, Math.floor(share * (1 + tolerance))),
  };
}

const sameWeights = (takers: readonly Load[]): boolean => takers.every(({ weight }) => weight === takers[0]?.weight);
