/** A plan in a file: what a seed decided, and the planted fault with which it broke a promise. */
import type { Simulator, SomePlan } from './simulator.ts';

export interface Saved<P extends SomePlan> {
  readonly plan: P;
  /** Its name; undefined: the product as it is. */
  readonly planted: string | undefined;
}

/** Without a planted fault just the plan; with one a field `planted` more, which `planFromJson` refuses. */
export function savedText<P extends SomePlan>(simulator: Simulator<P>, { plan, planted }: Saved<P>): string {
  const json = simulator.planToJson(plan).trimEnd();
  if (planted === undefined) return `${json}\n`;
  return `${JSON.stringify({ planted, ...(JSON.parse(json) as object) })}\n`;
}

/** Throws an error that names what is wrong with the text. */
export function savedFrom<P extends SomePlan>(simulator: Simulator<P>, text: string): Saved<P> {
  const { planted, rest } = takenApart(text);
  if (planted === undefined) return { plan: simulator.planFromJson(text), planted };
  const known = simulator.planted.map(({ name }) => name);
  if (typeof planted !== 'string' || !known.includes(planted))
    throw new Error(
      `plan.planted: there is no planted fault ${JSON.stringify(planted)} (--list shows those there are)`,
    );
  return { plan: simulator.planFromJson(JSON.stringify(rest)), planted };
}

/** What is no object is left to `planFromJson`, which says what is wrong with it. */
function takenApart(text: string): { readonly planted?: unknown; readonly rest?: object } {
  try {
    const { planted, ...rest } = JSON.parse(text) as { readonly planted?: unknown };
    return { planted, rest };
  } catch {
    return {};
  }
}
