/**
 * How long the dialer waits before it tries again: decorrelated jitter, so that workers that lost one
 * master together do not come back together (Brooker, "Exponential Backoff And Jitter", 2015).
 */

/** Failures that no waiting mends: somebody must change a key, a name or a version. */
const needsMending: ReadonlySet<string> = new Set([
  'wrong-key',
  'unknown-identity',
  'not-tls',
  'bad-option',
  'wrong-cluster',
  'wrong-role',
  'name-taken',
  'name-is-masters',
  'bad-name',
  'protocol-range',
  'identity-mismatch',
  'not-welcome',
  'protocol-violation',
]);

export interface BackoffConfig {
  /** The shortest wait, ms. At least 1. */
  readonly retryMinMs: number;
  /** The longest wait, ms, after a refusal. At least `retryMinMs`. */
  readonly retryMaxMs: number;
  /**
   * The longest wait, ms, while the master merely cannot be reached: short, so that a node is back within
   * 2 s of its network. Never more than `retryMaxMs`.
   */
  readonly unreachableMaxMs: number;
}

/** The longest wait after a failure with `code`, ms. */
export const longestWait = (code: string, config: BackoffConfig): number =>
  Math.max(
    config.retryMinMs,
    needsMending.has(code) ? config.retryMaxMs : Math.min(config.retryMaxMs, config.unreachableMaxMs),
  );

/**
 * The wait after one of `previousMs` (0: the first), for a `random` in [0, 1): between `retryMinMs` and three
 * times the previous one, at most `longestMs`.
 */
export function nextWait(previousMs: number, random: number, longestMs: number, retryMinMs: number): number {
  const previous = Math.min(longestMs, Math.max(retryMinMs, previousMs));
  return Math.min(longestMs, retryMinMs + random * (3 * previous - retryMinMs));
}
