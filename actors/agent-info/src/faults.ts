/** Faults of single entries of the manager: each is told once until it changes. Pure. */

export interface Fault {
  readonly at: string;
  readonly code: string;
  readonly text: string;
}

/** By `at`: the code that was told last. */
export type ToldFaults = ReadonlyMap<string, string>;

/** More are not remembered: told again, they are a nuisance; remembered, they would fill memory. */
const maxTold = 10_000;

/** Those of `faults` that were not told, and what has been told with them. */
export function freshFaults(
  told: ToldFaults,
  faults: readonly Fault[],
): { readonly told: ToldFaults; readonly fresh: readonly Fault[] } {
  const fresh = faults.filter(({ at, code }) => told.get(at) !== code);
  if (fresh.length === 0) return { told, fresh };
  const next = new Map(told.size + fresh.length > maxTold ? [] : told);
  for (const { at, code } of fresh.slice(0, maxTold)) next.set(at, code);
  return { told: next, fresh };
}
