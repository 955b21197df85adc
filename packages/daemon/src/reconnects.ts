/** How often nodes came back: links beyond the first to each. Pure but for its counts. */
import type { NodeName } from '@muster/protocol';

export interface Reconnects {
  linked(peer: NodeName): void;
  /** The peer is gone for good: its row goes, what was counted stays in the sum. */
  forget(peer: NodeName): void;
  /** Links beyond the first to each peer, since the start. */
  total(): number;
  /** The same by peer: every one that was ever linked, up to the bound. */
  byPeer(): ReadonlyMap<NodeName, number>;
}

/** More nodes than a cluster has. Whoever holds the key may call itself as it likes: names beyond count as new for ever. */
const maxPeers = 1_000;

export function openReconnects(most = maxPeers): Reconnects {
  const byPeer = new Map<NodeName, number>();
  let total = 0;
  return {
    linked: (peer) => {
      const known = byPeer.get(peer);
      if (known === undefined && byPeer.size >= most) return;
      if (known !== undefined) total += 1;
      byPeer.set(peer, known === undefined ? 0 : known + 1);
    },
    forget: (peer) => void byPeer.delete(peer),
    total: () => total,
    byPeer: () => byPeer,
  };
}
