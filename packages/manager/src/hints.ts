import type { ManagerClock } from './files/watched-names.ts';

/** Tells listeners that something may be new, at most once per 50 ms each. */
export interface Hints {
  readonly hint: () => void;
  readonly watch: (changed: () => void) => { close(): void };
  close(): void;
}

const hintMs = 50;

export function openHints(clock: Pick<ManagerClock, 'after'>): Hints {
  const listeners = new Set<() => void>();
  let cancel: (() => void) | undefined;
  const fire = (): void => {
    cancel = undefined;
    for (const changed of [...listeners]) changed();
  };
  return {
    hint: () => {
      if (listeners.size > 0) cancel ??= clock.after(hintMs, fire);
    },
    watch: (changed) => {
      const listener = (): void => changed();
      listeners.add(listener);
      return { close: () => void listeners.delete(listener) };
    },
    close: () => {
      cancel?.();
      cancel = undefined;
      listeners.clear();
    },
  };
}
