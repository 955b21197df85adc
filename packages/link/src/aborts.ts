/** Runs `run` once when `signal` aborts; the returned function takes that back. */
export type OnAbort = (signal: AbortSignal, run: () => void) => () => void;

interface Waiting {
  readonly runs: Set<() => void>;
  readonly listener: () => void;
}

/** One listener per signal, however many wait for it: an owner may abort all its streams by one signal without a leak warning. */
export function aborts(): OnAbort {
  const signals = new WeakMap<AbortSignal, Waiting>();
  const watch = (signal: AbortSignal): Waiting => {
    const runs = new Set<() => void>();
    const listener = (): void => {
      signals.delete(signal);
      for (const run of [...runs]) run();
    };
    signal.addEventListener('abort', listener, { once: true });
    const waiting = { runs, listener };
    signals.set(signal, waiting);
    return waiting;
  };
  return (signal, run) => {
    const { runs, listener } = signals.get(signal) ?? watch(signal);
    runs.add(run);
    return () => {
      if (!runs.delete(run) || runs.size > 0) return;
      signals.delete(signal);
      signal.removeEventListener('abort', listener);
    };
  };
}
