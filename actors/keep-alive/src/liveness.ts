/**
 * Who counts as alive, and when a verdict changes.
 */
import type { Beat } from '@muster/protocol';
import type { LinkedPeer, Liveness } from './messages.ts';
import { type Effect, type KeepAliveConfig, newPeer, type Peer, report, seconds } from './state.ts';

/** One peer after one step, and what that step asks for. */
export interface Verdict {
  readonly peer: Peer;
  readonly effects: readonly Effect[];
}

const same = (peer: Peer): Verdict => ({ peer, effects: [] });

/** `peer` with another liveness; told to the node when it is one. */
function turned(peer: Peer, to: Liveness, reason: string, now: number): Verdict {
  const after: Peer = { ...peer, liveness: to, reason, changedAt: peer.liveness === to ? peer.changedAt : now };
  if (peer.liveness === to) return same(after);
  return {
    peer: after,
    effects: [report({ type: 'liveness-changed', peer: peer.name, from: peer.liveness, to, reason })],
  };
}

/**
 * A link to `linked.peer` opened. A peer that comes back keeps its verdict until its first beat; one that
 * was suspect has at least the time from suspect to down to send it.
 */
export function linkedAgain(
  before: Peer | undefined,
  linked: LinkedPeer,
  now: number,
  config: KeepAliveConfig,
): Verdict {
  if (before === undefined) return same(newPeer(linked, now));
  const { peer: _name, ...link } = linked;
  const peer: Peer = { ...before, ...link, linkSilentFrom: now, closing: false };
  if (before.liveness === 'left')
    return turned({ ...peer, silentFrom: now }, 'unknown', 'linked again, no beat yet', now);
  if (before.liveness !== 'suspect') return same(peer);
  const silentFrom = Math.max(before.silentFrom, now - config.suspectAfterMs);
  return same({ ...peer, silentFrom, reason: `${before.reason}; linked again, no beat yet` });
}

/** The link of `before` closed. */
export function unlinked(before: Peer, how: 'goodbye' | 'lost', why: string, now: number): Verdict {
  const peer: Peer = { ...before, link: undefined };
  if (how === 'goodbye') return turned(peer, 'left', `it said goodbye: ${why}`, now);
  if (before.liveness === 'left') return same(peer);
  if (before.liveness === 'down') return same({ ...peer, reason: `${before.reason}; link lost: ${why}` });
  return turned(peer, 'suspect', `link lost: ${why}`, now);
}

/** A beat of `before` arrived on its link. */
export function heard(before: Peer, beat: Beat, now: number): Verdict {
  const peer: Peer = { ...before, beat, heardAt: now, silentFrom: now, linkSilentFrom: now };
  if (before.liveness === 'up') return same(peer);
  const silence = before.heardAt === undefined ? '' : ` again after ${seconds(now - before.heardAt)} of silence`;
  return turned(peer, 'up', `its beats arrive${silence}`, now);
}

/** Judges one peer by the time; both bounds are inclusive. */
export function judged(before: Peer, now: number, config: KeepAliveConfig): Verdict {
  if (before.liveness === 'left') return same(before);
  const { peer, effects } = accused(before, now, config);
  if (peer.link === undefined || peer.closing || now - peer.linkSilentFrom < config.downAfterMs)
    return { peer, effects };
  const text = `no beat for ${seconds(now - peer.linkSilentFrom)}`;
  return {
    peer: { ...peer, closing: true },
    effects: [...effects, { type: 'close-link', peer: peer.name, link: peer.link, text }],
  };
}

function accused(peer: Peer, now: number, config: KeepAliveConfig): Verdict {
  const silence = now - peer.silentFrom;
  if (peer.liveness === 'down' || silence < config.suspectAfterMs) return same(peer);
  const lost = peer.link === undefined ? `${peer.reason}; not back` : undefined;
  if (silence >= config.downAfterMs) return turned(peer, 'down', lost ?? `no beat for ${seconds(silence)}`, now);
  return peer.liveness === 'suspect' ? same(peer) : turned(peer, 'suspect', `no beat for ${seconds(silence)}`, now);
}

/** `peer` with its deadlines `lateMs` later, as far as that makes sense at `now`. */
export const excused = (peer: Peer, lateMs: number, now: number): Peer => ({
  ...peer,
  silentFrom: Math.min(now, peer.silentFrom + lateMs),
  linkSilentFrom: Math.min(now, peer.linkSilentFrom + lateMs),
});
