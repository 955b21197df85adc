/** Which names get a label of their own: the first so many, for as long as they are there. */

export interface BoundedNames {
  /** Those that are there now; call it before `of`. */
  present(names: readonly string[]): void;
  /** The name, or `other`. */
  of(name: string): string;
}

/** Stands for all names beyond the bound. */
export const other = 'other';

export function openBoundedNames(most: number): BoundedNames {
  const held = new Set<string>();
  return {
    present: (names) => {
      const missing = names.filter((name) => !held.has(name));
      if (missing.length === 0) return;
      if (held.size + missing.length > most) dropAbsent(held, names);
      for (const name of missing) if (held.size < most) held.add(name);
    },
    of: (name) => (held.has(name) ? name : other),
  };
}

function dropAbsent(held: Set<string>, names: readonly string[]): void {
  const there = new Set(names);
  for (const name of held) if (!there.has(name)) held.delete(name);
}
