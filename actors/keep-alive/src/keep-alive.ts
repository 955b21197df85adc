/**
 * Tells the node which of its peers are alive, how far they are with their files, and tells them the
 * same of this node.
 *
 * Every `intervalMs` each linked peer is sent a beat; one more goes out when a link opens and when the
 * own status changes. A peer is up from its first beat, suspect after `suspectAfterMs` of silence or when
 * its link is lost, down after `downAfterMs` of silence, left after a goodbye. A restart loses who was
 * down or left and the last beats; the links are asked again who is there.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import { type Beat, clip, type NodeName } from '@muster/protocol';
import { decide } from './decide.ts';
import type { KeepAliveEvent, KeepAliveMessage, LinkedPeer, OwnStatus } from './messages.ts';
import { type Effect, initialState, type KeepAliveConfig, type Own, type State, tickMsOf } from './state.ts';

/** Suspect after two lost beats, down within 5 s of the last. */
export const keepAliveDefaults = { intervalMs: 1_000, suspectAfterMs: 2_500, downAfterMs: 4_000 } as const;

/** What the actor needs of the node it runs in. */
export interface KeepAliveDeps {
  readonly clock: Clock;
  /** This node's wall clock, ms since 1970. */
  readonly wallMs: () => number;
  /** Read at every step: cheap, and neither blocks nor throws. */
  readonly status: () => OwnStatus;
  /** What other actors of this node have their peers told with each beat. Cheap, and neither blocks nor throws. */
  readonly marks: () => Pick<Beat, 'agents' | 'groups'>;
  /** The 99th percentile of the event loop's delay since the last call, ms. Called once per beat. */
  readonly loopDelayMs: () => number;
  readonly linkedPeers: () => readonly LinkedPeer[];
  /** Queues one beat; neither blocks nor throws. A lost one is made good by the next. */
  readonly sendBeat: (to: NodeName, beat: Beat) => void;
  /** Closes the link `link` to `peer` with the code `silent`, if it is still open. */
  readonly closeLink: (peer: NodeName, link: number, text: string) => void;
  readonly report: (event: KeepAliveEvent) => void;
}

export function spawnKeepAlive(parent: Parent, deps: KeepAliveDeps, config: KeepAliveConfig): Ref<KeepAliveMessage> {
  return spawnActor<State, KeepAliveMessage, Own, Effect>(parent, {
    name: 'keep-alive',
    clock: deps.clock,
    init: () => initialState(deps.linkedPeers(), deps.clock.now()),
    started: (scope) => {
      scope.send({ type: 'tick' });
      scope.send({ type: 'beat-due' });
      scope.every(tickMsOf(config.intervalMs), { type: 'tick' });
      scope.every(config.intervalMs, { type: 'beat-due' });
    },
    decide: (state, message, now) => decide(state, message, { now, holds: deps.status().holds }, config),
    perform: (effect, scope) => perform(effect, deps, scope),
  });
}

function perform(effect: Effect, deps: KeepAliveDeps, scope: Scope<Own>): void {
  switch (effect.type) {
    case 'send-beat': {
      const beat = beatOf(effect.sequence, deps);
      for (const peer of effect.to) deps.sendBeat(peer, beat);
      break;
    }
    case 'schedule-extra':
      scope.after(effect.afterMs, { type: 'extra-due' });
      break;
    case 'close-link':
      deps.closeLink(effect.peer, effect.link, effect.text);
      break;
    case 'report':
      deps.report(effect.event);
      break;
    case 'reply-nodes':
      tell(effect.to, effect.value);
      break;
    case 'reply-lag':
      tell(effect.to, effect.value);
      break;
  }
}

/** The beat that says what this node is now. */
function beatOf(sequence: number, deps: KeepAliveDeps): Beat {
  const { why, ...status } = deps.status();
  return {
    type: 'beat',
    sequence,
    wallMs: deps.wallMs(),
    ...status,
    loopDelayMs: Math.max(0, deps.loopDelayMs()),
    ...(why === undefined ? {} : { why: clip(why) }),
    ...deps.marks(),
  };
}
