import type { LinkLimits } from './limits.ts';

/** A connection that has not finished its handshake. */
export interface Unproven {
  readonly address: string;
  /** Has sent nothing yet. */
  readonly silent: boolean;
}

/** What becomes of a new connection. `evict`: the index of the one that makes room. */
export type Admission =
  | { readonly take: false; readonly text: string }
  | { readonly take: true; readonly evict?: number; readonly text?: string };

/**
 * Whether a new connection may begin its handshake. Silent connections never shut anybody out: at a cap
 * the oldest silent one makes room, or the oldest of all where none is silent.
 *
 * `unproven`: in the order in which they came. `total`: all connections, proven ones included.
 */
export function admitConnection(
  unproven: readonly Unproven[],
  total: number,
  address: string,
  limits: Pick<LinkLimits, 'connections' | 'unproven' | 'unprovenPerAddress'>,
): Admission {
  const ofAddress = unproven.filter((one) => one.address === address).length;
  if (ofAddress >= limits.unprovenPerAddress) {
    const text = `${limits.unprovenPerAddress} connections from ${address} have not finished their handshake; the oldest was closed`;
    return { take: true, evict: oldest(unproven, (one) => one.address === address), text };
  }
  if (unproven.length > 0 && (unproven.length >= limits.unproven || total >= limits.connections)) {
    const text = `${unproven.length} connections have not finished their handshake; the oldest was closed`;
    return { take: true, evict: oldest(unproven, () => true), text };
  }
  if (total < limits.connections) return { take: true };
  return {
    take: false,
    text: `${limits.connections} connections are open, which is the limit; close some, or raise it`,
  };
}

function oldest(unproven: readonly Unproven[], wanted: (one: Unproven) => boolean): number {
  const silent = unproven.findIndex((one) => wanted(one) && one.silent);
  return silent >= 0 ? silent : unproven.findIndex(wanted);
}
