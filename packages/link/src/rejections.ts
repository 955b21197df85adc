import type { Clock } from '@muster/actor';
import type { Rejection } from './transport.ts';

/** A burst of one kind from one address is told once, then counted for this long, ms. */
const windowMs = 60_000;
/** Kinds remembered at once: a flood from many addresses costs no more memory than this. */
const maxKinds = 256;

export interface RejectionLog {
  readonly note: (rejection: Rejection) => void;
  /** Forgets everything; no timer survives. */
  readonly close: () => void;
}

/**
 * Passes on the first rejection of a kind (code and address without port) at once, counts the others of the
 * next minute and tells their number at its end. Above 256 kinds the rest is counted as one kind.
 */
export function rejectionLog(report: (rejection: Rejection) => void, clock: Clock): RejectionLog {
  const kinds = new Map<string, { more: number; last: Rejection; cancel: () => void }>();
  const open = (key: string, first: Rejection): void => {
    kinds.set(key, { more: 0, last: first, cancel: clock.after(windowMs, () => elapsed(key)) });
    report(first);
  };
  const elapsed = (key: string): void => {
    const kind = kinds.get(key);
    kinds.delete(key);
    if (kind === undefined || kind.more === 0) return;
    open(key, { ...kind.last, text: `${kind.last.text} (${kind.more} more of these in the last minute)` });
  };
  return {
    note: (rejection) => {
      const own = `${rejection.code} ${hostOf(rejection.remoteAddress)}`;
      const key = kinds.has(own) || kinds.size < maxKinds ? own : 'others';
      const kind = kinds.get(key);
      if (kind === undefined) return open(key, rejection);
      kind.more += 1;
      kind.last = rejection;
    },
    close: () => {
      for (const kind of kinds.values()) kind.cancel();
      kinds.clear();
    },
  };
}

/** `10.0.0.7:41234` is `10.0.0.7`, `[::1]:4` is `[::1]`. */
export const hostOf = (address: string): string => address.replace(/:\d+$/, '');
