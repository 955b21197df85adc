import type { NodeName } from '@muster/protocol';
import { ownLag, rowsOf, withLag } from './lag.ts';
import { excused, heard, judged, linkedAgain, unlinked, type Verdict } from './liveness.ts';
import type { KeepAliveMessage, LinkedPeer } from './messages.ts';
import {
  type Effect,
  type KeepAliveConfig,
  type Moment,
  next,
  type Own,
  type Peer,
  report,
  type State,
  type Step,
  seconds,
  tickMsOf,
} from './state.ts';

/** Clocks that differ by more are worth a warning: log lines of two nodes no longer compare. */
const maxSkewMs = 2_000;
/** Least time between two beats out of turn: a status that changes with each file must not flood the link. */
const extraPauseMs = 100;
/** Workers remembered after they left or went down; beyond it the oldest are forgotten. */
const maxGone = 1_000;

/** One step of the actor. Pure. */
export function decide(state: State, message: KeepAliveMessage | Own, at: Moment, config: KeepAliveConfig): Step {
  switch (message.type) {
    case 'peer-linked':
      return linked(state, message, at, config);
    case 'peer-unlinked':
      return withPeer(state, message.peer, at, (peer) =>
        peer.link === message.link ? unlinked(peer, message.how, message.reason, at.now) : undefined,
      );
    case 'beat':
      return withPeer(state, message.peer, at, (peer) =>
        peer.link === undefined ? undefined : heard(peer, message.beat, at.now),
      );
    case 'tick':
      return tick(state, at, config);
    case 'beat-due':
      return beatAll(state);
    case 'status-changed':
      return extraBeat(withLag(state, at), at.now);
    case 'extra-due':
      return extraSent({ ...state, extraPending: false }, at.now);
    case 'forget':
      return next(forgotten(state, message.peer));
    case 'get-nodes':
      return next(state, [{ type: 'reply-nodes', to: message.replyTo, value: rowsOf(state, at) }]);
    case 'get-own-lag':
      return next(state, [{ type: 'reply-lag', to: message.replyTo, value: ownLag(state, at) }]);
  }
}

/** Takes the verdict of `judge` on one known peer; undefined leaves all as it is. */
function withPeer(state: State, name: NodeName, at: Moment, judge: (peer: Peer) => Verdict | undefined): Step {
  const before = state.peers.get(name);
  const verdict = before && judge(before);
  if (verdict === undefined) return next(state);
  const peers = new Map(state.peers).set(name, verdict.peer);
  return next(withLag({ ...state, peers: remembered(peers) }, at), verdict.effects);
}

function linked(
  state: State,
  message: LinkedPeer & { readonly type: string },
  at: Moment,
  config: KeepAliveConfig,
): Step {
  const { type: _type, ...link } = message;
  const { peer, effects } = linkedAgain(state.peers.get(link.peer), link, at.now, config);
  const peers = new Map(state.peers).set(peer.name, peer);
  const beat = beatTo({ ...state, peers }, [peer.name]);
  return next(withLag(beat.state, at), [...beat.effects, ...effects, ...skewOf(link)]);
}

function skewOf({ peer, skewMs }: LinkedPeer): readonly Effect[] {
  if (Math.abs(skewMs) <= maxSkewMs) return [];
  const text = `the clock of ${peer} is ${seconds(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} ours; synchronise both (NTP)`;
  return [report({ type: 'clock-skew', peer, skewMs, text })];
}

/** Looks for the silent; but first excuses them for the time that this node was itself late. */
function tick(before: State, at: Moment, config: KeepAliveConfig): Step {
  const { state, effects } = stretched(before, at.now, config);
  const later: State = { ...state, tickDueAt: at.now + tickMsOf(config.intervalMs) };
  if (at.now < state.graceUntil) return next(withLag(later, at), effects);
  const verdicts = [...later.peers.values()].map((peer) => judged(peer, at.now, config));
  const peers = remembered(new Map(verdicts.map(({ peer }) => [peer.name, peer])));
  return next(withLag({ ...later, peers }, at), [...effects, ...verdicts.flatMap((verdict) => verdict.effects)]);
}

/**
 * A tick that comes late moves every deadline by as much. One late by half an interval or more may have
 * beats waiting behind it: nobody is accused for one more interval. That grace comes at most once in
 * `downAfterMs`, so that a node that lags all the time still finds a dead peer.
 */
function stretched(state: State, now: number, config: KeepAliveConfig): Step {
  const lateMs = Math.max(0, now - state.tickDueAt);
  if (lateMs === 0) return next(state);
  const peers = new Map([...state.peers].map(([name, peer]) => [name, excused(peer, lateMs, now)]));
  if (lateMs < config.intervalMs / 2 || now < state.graceAgainAt) return next({ ...state, peers });
  const graceUntil = now + config.intervalMs;
  return next({ ...state, peers, graceUntil, graceAgainAt: graceUntil + config.downAfterMs }, [
    report({ type: 'own-loop-lagged', lateMs }),
  ]);
}

/** A beat out of turn, now or after the pause since the last one. */
function extraBeat(state: State, now: number): Step {
  if (state.extraPending) return next(state);
  const waitMs = state.extraAt + extraPauseMs - now;
  if (waitMs > 0) return next({ ...state, extraPending: true }, [{ type: 'schedule-extra', afterMs: waitMs }]);
  return extraSent(state, now);
}

const extraSent = (state: State, now: number): Step => beatAll({ ...state, extraAt: now });

const beatAll = (state: State): Step =>
  beatTo(
    state,
    [...state.peers.values()].filter(({ link }) => link !== undefined).map(({ name }) => name),
  );

function beatTo(state: State, to: readonly NodeName[]): Step {
  if (to.length === 0) return next(state);
  const sequence = state.sequence + 1;
  return next({ ...state, sequence }, [{ type: 'send-beat', to, sequence }]);
}

function forgotten(state: State, name: NodeName): State {
  const peer = state.peers.get(name);
  if (peer === undefined || peer.link !== undefined) return state;
  return { ...state, peers: new Map([...state.peers].filter(([other]) => other !== name)) };
}

/** Forgets the oldest of those that are gone, beyond `maxGone`. */
function remembered(peers: ReadonlyMap<NodeName, Peer>): ReadonlyMap<NodeName, Peer> {
  if (peers.size <= maxGone) return peers;
  const gone = [...peers.values()].filter(
    ({ link, liveness }) => link === undefined && (liveness === 'left' || liveness === 'down'),
  );
  const oldest = gone.sort((a, b) => b.changedAt - a.changedAt).slice(maxGone);
  const forgotten = new Set(oldest.map(({ name }) => name));
  return new Map([...peers].filter(([name]) => !forgotten.has(name)));
}
