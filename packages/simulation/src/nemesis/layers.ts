/** Settings that several faults change at once: each lies over those before it, and any may go first. */

export interface Layers<S extends object> {
  /** These settings are so until the returned function is called. It may be called twice. */
  add(patch: Partial<S>): () => void;
  /** What holds where no layer says otherwise. */
  rest(base: Partial<S>): void;
}

/** Writes into `target`, and only what changed: what its owner counts down there is left alone. */
export function openLayers<S extends object>(target: S): Layers<S> {
  const layers: Partial<S>[] = [];
  const base: S = { ...target };
  const settle = (keys: readonly (keyof S)[]): void => {
    for (const key of keys) {
      const over = layers.findLast((layer) => Object.hasOwn(layer, key));
      target[key] = over === undefined ? base[key] : over[key]!;
    }
  };
  const keysOf = (patch: Partial<S>) => Object.keys(patch) as (keyof S)[];
  return {
    add: (patch) => {
      layers.push(patch);
      settle(keysOf(patch));
      return () => {
        const at = layers.indexOf(patch);
        if (at >= 0) layers.splice(at, 1);
        settle(keysOf(patch));
      };
    },
    rest: (next) => {
      Object.assign(base, next);
      settle(keysOf(next));
    },
  };
}
