import type { SituationName } from './list.ts';

/** Tells the world that a situation was met; the second time it costs next to nothing. */
export type Met = (name: SituationName) => void;

export function openMet(told: (name: string) => void): Met {
  const known = new Set<SituationName>();
  return (name) => {
    if (known.has(name)) return;
    known.add(name);
    told(name);
  };
}
