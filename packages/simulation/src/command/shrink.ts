/**
 * The smallest run that still breaks the same promise: fewer deeds (ddmin), fewer workers, an earlier
 * end, plainer settings, until nothing more can be taken away or the budget is spent.
 */
import type { Outcome } from '../world/outcome.ts';
import { type Cut, type Cutting, cutPlan } from './cut.ts';
import type { SomePlan } from './simulator.ts';

export interface Budget {
  readonly runs: number;
  /** Wall time; the run under way at its end is still waited for. */
  readonly ms: number;
}

export interface ShrinkDeps<P extends SomePlan> {
  readonly simulator: Cutting<P>;
  /** Undefined: nobody wants to know any more; then the search ends with what it has. */
  readonly run: (plan: P) => Promise<Outcome | undefined>;
  readonly nowMs: () => number;
}

export interface Shrunk<P extends SomePlan> {
  readonly plan: P;
  /** What takes the first plan to this one. */
  readonly cut: Cut;
  /** Of the smallest run. */
  readonly outcome: Outcome;
  readonly runs: number;
  /** Nothing more can be taken away one by one. False: the budget was spent before that was known. */
  readonly minimal: boolean;
}

interface Search<P extends SomePlan> {
  cut: Cut;
  outcome: Outcome;
  plan: P;
  runs: number;
  /** True once the budget is spent. */
  readonly spent: () => boolean;
  /** Whether the promise is still broken with this cut, which is taken then, if it takes anything away. False also when the budget is spent. */
  readonly try: (cut: Cut) => Promise<boolean>;
}

/** `outcome` is that of `plan`, and not ok. */
export async function shrink<P extends SomePlan>(
  plan: P,
  outcome: Outcome,
  deps: ShrinkDeps<P>,
  budget: Budget,
): Promise<Shrunk<P>> {
  const search = openSearch(plan, outcome, deps, budget);
  await dropLater(search);
  await dropDeeds(search, 'all');
  let before: Cut;
  do {
    before = search.cut;
    await dropWorkers(search);
    await endEarlier(search);
    await plainer(search, Object.keys(deps.simulator.plain));
    await dropDeeds(search, 'singly');
  } while (search.cut !== before && !search.spent());
  const { cut, runs } = search;
  return { plan: search.plan, cut, outcome: search.outcome, runs, minimal: !search.spent() };
}

function openSearch<P extends SomePlan>(plan: P, outcome: Outcome, deps: ShrinkDeps<P>, budget: Budget): Search<P> {
  const until = deps.nowMs() + budget.ms;
  const wanted = outcome.violation?.invariant;
  let spent = false;
  const failed = new Set<string>();
  const search: Search<P> = {
    cut: {},
    outcome,
    plan,
    runs: 0,
    spent: () => spent,
    try: async (cut) => {
      const key = JSON.stringify(cut);
      if (failed.has(key)) return false;
      spent ||= search.runs >= budget.runs || deps.nowMs() >= until;
      if (spent) return false;
      const smaller = cutPlan(deps.simulator, plan, cut);
      if (JSON.stringify(smaller) === JSON.stringify(search.plan)) return true;
      search.runs += 1;
      const result = await deps.run(smaller);
      spent ||= result === undefined;
      if (result?.violation?.invariant !== wanted) {
        failed.add(key);
        return false;
      }
      Object.assign(search, { cut, outcome: result, plan: smaller });
      return true;
    },
  };
  return search;
}

const idsOf = (plan: SomePlan): readonly string[] => plan.deeds.map(({ id }) => id);

/** What comes after the promise was broken cannot have broken it. A process that died does not tell when. */
async function dropLater<P extends SomePlan>(search: Search<P>): Promise<void> {
  const { violation, steps } = search.outcome;
  if (violation === undefined || steps === 0) return;
  const sooner = search.plan.deeds.filter(({ atMs }) => atMs <= violation.atMs);
  if (sooner.length < search.plan.deeds.length) await search.try({ ...search.cut, only: sooner.map(({ id }) => id) });
}

/**
 * ddmin by complements: chunks, ever smaller, down to single deeds; ends when each single one is needed.
 * From the last chunk to the first: what is taken away moves none of those that are still to be tried.
 */
async function dropDeeds<P extends SomePlan>(search: Search<P>, first: 'all' | 'singly'): Promise<void> {
  let size = first === 'all' ? search.plan.deeds.length : 1;
  while (search.plan.deeds.length > 0 && !search.spent()) {
    const dropped = await dropChunks(search, size);
    if (size === 1 && !dropped) return;
    size = Math.max(1, Math.ceil(Math.min(size, search.plan.deeds.length) / 2));
  }
}

/** Whether any could be dropped. */
async function dropChunks<P extends SomePlan>(search: Search<P>, size: number): Promise<boolean> {
  const count = search.plan.deeds.length;
  for (let from = Math.floor((count - 1) / size) * size; from >= 0; from -= size) {
    const only = idsOf(search.plan);
    await search.try({ ...search.cut, only: [...only.slice(0, from), ...only.slice(from + size)] });
  }
  return search.plan.deeds.length < count;
}

async function dropWorkers<P extends SomePlan>(search: Search<P>): Promise<void> {
  for (let workers = 1; workers < search.plan.settings.workers; workers++) {
    if (await search.try({ ...search.cut, workers })) return;
  }
}

/** A second is the finest that is looked for. */
async function endEarlier<P extends SomePlan>(search: Search<P>): Promise<void> {
  let enough = Math.min(search.cut.stopAfterMs ?? Number.POSITIVE_INFINITY, Math.ceil(search.outcome.simulatedMs));
  const first = Math.ceil(Math.max(0, ...search.plan.deeds.map(({ atMs }) => atMs))) + 1;
  let tooEarly = first - 1;
  for (let at = first; at < enough; at = Math.floor((tooEarly + enough) / 2)) {
    if (await search.try({ ...search.cut, stopAfterMs: at })) enough = at;
    else tooEarly = at;
    if (enough - tooEarly < 1_000 || search.spent()) return;
  }
}

async function plainer<P extends SomePlan>(search: Search<P>, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const plain = search.cut.plain ?? [];
    if (!plain.includes(name)) await search.try({ ...search.cut, plain: [...plain, name] });
  }
}
