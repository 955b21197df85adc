/**
 * How far a node is behind the master's newest generation.
 */
import { clip, compareGenerations, type GenerationId, type NodeView, type SeenSync } from '@muster/protocol';
import type { OwnLag } from './messages.ts';
import type { Moment, Peer, State } from './state.ts';

/** Since when a node that holds `holds` is behind `newest`, given since when it was. */
export function behindSince(
  since: number | undefined,
  holds: GenerationId | undefined,
  newest: GenerationId | undefined,
  now: number,
): number | undefined {
  if (newest === undefined) return undefined;
  if (holds !== undefined && compareGenerations(holds, newest) >= 0) return undefined;
  return since ?? now;
}

/** Generations between the two, where both are known and of one epoch. At least 0. */
export const lagBehind = (holds: GenerationId | undefined, newest: GenerationId | undefined): { lag?: number } =>
  holds === undefined || newest === undefined || holds.epoch !== newest.epoch
    ? {}
    : { lag: Math.max(0, newest.generation - holds.generation) };

/** A worker's only peer. */
function masterOf(state: State): Peer | undefined {
  const first = state.peers.values().next().value;
  return first?.role === 'master' ? first : undefined;
}

/** `state` with every `…behindSince` as of `at`: workers against this master, this worker against its master. */
export function withLag(state: State, at: Moment): State {
  const master = masterOf(state);
  if (master !== undefined) {
    const ownBehindSince = behindSince(state.ownBehindSince, at.holds, master.beat?.holds, at.now);
    return ownBehindSince === state.ownBehindSince ? state : { ...state, ownBehindSince };
  }
  const changed = [...state.peers.values()].flatMap((peer) => {
    const since = behindSince(peer.behindSince, peer.beat?.holds, at.holds, at.now);
    return since === peer.behindSince ? [] : [[peer.name, { ...peer, behindSince: since }] as const];
  });
  return changed.length === 0 ? state : { ...state, peers: new Map([...state.peers, ...changed]) };
}

/** What `get-own-lag` answers. */
export function ownLag(state: State, { now, holds }: Moment): OwnLag {
  const since = state.ownBehindSince;
  return { ...lagBehind(holds, masterOf(state)?.beat?.holds), behindMs: since === undefined ? 0 : now - since };
}

/** What `get-nodes` answers: by name. */
export const rowsOf = (state: State, at: Moment): readonly NodeView[] =>
  [...state.peers.values()].map((peer) => rowOf(peer, at)).sort((a, b) => (a.name < b.name ? -1 : 1));

/** What a node said of itself holds only while it is there to say it, and only of what it has heard. */
function seenSync({ liveness, beat, behindSince }: Peer): SeenSync {
  if (liveness === 'down' || liveness === 'left') return 'unknown';
  const said = beat?.state ?? 'starting';
  return said === 'in-sync' && behindSince !== undefined ? 'syncing' : said;
}

function rowOf(peer: Peer, { now, holds }: Moment): NodeView {
  const { name, role, liveness, skewMs, beat } = peer;
  return {
    name,
    role,
    version: clip(peer.version, 64),
    address: clip(peer.address, 256),
    liveness,
    reason: clip(peer.reason),
    sync: seenSync(peer),
    ...(beat?.holds === undefined ? {} : { holds: beat.holds }),
    ...(role === 'worker' ? lagBehind(beat?.holds, holds) : {}),
    behindMs: peer.behindSince === undefined ? 0 : now - peer.behindSince,
    files: beat?.files ?? 0,
    ...(beat?.why === undefined ? {} : { why: beat.why }),
    heardMs: now - (peer.heardAt ?? peer.changedAt),
    loopDelayMs: beat?.loopDelayMs ?? 0,
    skewMs,
  };
}
