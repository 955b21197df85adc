import type { BackOff, Intensity } from './restart.ts';

/**
 * Who restarts with a child that crashed: it alone; all its siblings; or those that were started
 * after it. Those others end in good order first, last started first.
 */
export type Strategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

export interface SupervisionOptions {
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  readonly backOff: BackOff;
  /** How long a stop waits for the work in flight of one child, unless given with the child. Milliseconds, 0 or more. */
  readonly shutdownMs: number;
}

/** Five restarts with growing waits take about three seconds; then the fault is no passing one. */
export const supervisionDefaults: SupervisionOptions = {
  strategy: 'one-for-one',
  intensity: { maxRestarts: 5, withinMs: 60_000 },
  backOff: { minMs: 100, maxMs: 5_000, factor: 2, jitter: 0.2 },
  shutdownMs: 5_000,
};

/** The siblings, in start order, that restart when `crashed` did. */
export function affected<C>(strategy: Strategy, children: Iterable<C>, crashed: C): readonly C[] {
  if (strategy === 'one-for-one') return [crashed];
  const all = [...children];
  return strategy === 'one-for-all' ? all : all.slice(all.indexOf(crashed));
}

/** Throws one error that lists every option out of its bounds. */
export function checkSupervision(path: string, options: SupervisionOptions): void {
  const { intensity, backOff, shutdownMs } = options;
  const rules: readonly (readonly [boolean, string])[] = [
    [
      Number.isInteger(intensity.maxRestarts) && intensity.maxRestarts >= 0,
      'intensity.maxRestarts: an integer, 0 or more',
    ],
    [intensity.withinMs > 0, 'intensity.withinMs: more than 0'],
    [backOff.minMs >= 0 && Number.isFinite(backOff.minMs), 'backOff.minMs: 0 or more'],
    [backOff.maxMs >= backOff.minMs && Number.isFinite(backOff.maxMs), 'backOff.maxMs: at least minMs'],
    [backOff.factor >= 1, 'backOff.factor: at least 1'],
    [backOff.jitter >= 0 && backOff.jitter <= 1, 'backOff.jitter: 0 to 1'],
    [shutdownMs >= 0 && Number.isFinite(shutdownMs), 'shutdownMs: 0 or more'],
  ];
  const broken = rules.filter(([kept]) => !kept).map(([, rule]) => rule);
  if (broken.length > 0) throw new Error(`supervision of ${path}: give ${broken.join('; ')}`);
}
