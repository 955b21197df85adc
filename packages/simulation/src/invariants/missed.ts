/**
 * Who is killed is down in the master's view within `down_after`, one interval and little more, also in bad
 * weather: as long as the master runs in order, and nothing that the dead one had sent can still be on its way.
 */
import type { ClusterView } from '@muster/protocol';
import type { LogLine, ProcessChange } from '../happenings.ts';
import type { World } from '../world/world.ts';
import { seconds } from './contents.ts';

export interface Missed {
  log(line: LogLine): void;
  process(change: ProcessChange): void;
  seen(view: ClusterView): void;
}

/** Turns, links and the look at the view have their pace, ms. */
const slackMs = 2_000;
/** After bad weather on the network, a pause or a crash of an actor of the master, what was held up comes within this, ms. */
const settleMs = 10_000;
/** No climate is worse than this: ms, and bytes a ms. */
const calmNetwork = { latencyMs: 200, handshakeMs: 1_000, bandwidth: 1_000 };

export function openMissed(world: World, isClaimed: (name: string) => boolean): Missed {
  const { timeline, master, workers, network, violate } = world;
  const nodes = new Map(workers.map((node) => [node.name, node]));
  /** When each was killed, of those that are dead. */
  const killedAt = new Map<string, number>();
  /** Since when the master's view shows a dead one as not yet down. */
  const shownSince = new Map<string, number>();
  /** Before this nothing is judged: the master started, stood still, was shaken, or the network was. */
  let quietFrom = 0;

  const shaken = (until: number): void => {
    quietFrom = Math.max(quietFrom, until + settleMs);
  };
  const isStormy = (): boolean => {
    const { latency, handshake, stall, bandwidth } = network.faults;
    if (latency.maxMs > calmNetwork.latencyMs || handshake.maxMs > calmNetwork.handshakeMs) return true;
    return stall > 0 || bandwidth < calmNetwork.bandwidth;
  };
  /** By when it has to be down; undefined: that cannot be said. */
  const dueAt = (name: string): number | undefined => {
    const killed = killedAt.get(name);
    const times = master.config()?.muster.keepAlive;
    if (killed === undefined || times === undefined || isClaimed(name)) return undefined;
    if (nodes.get(name)?.host() !== undefined) return undefined;
    return Math.max(killed, quietFrom) + times.downAfterMs + times.intervalMs + slackMs;
  };
  /** What a partition held up may show it alive for a moment: only what two views show counts. */
  const alive = (name: string, words: string): void => {
    const due = dueAt(name);
    if (due === undefined || timeline.now() <= due) return void shownSince.delete(name);
    const since = shownSince.get(name);
    if (since === undefined) return void shownSince.set(name, timeline.now());
    if (timeline.now() - since < slackMs / 2) return;
    violate('liveness', `the master sees ${name} ${words}, which was killed at ${seconds(killedAt.get(name)!)}`);
  };
  return {
    log: ({ node, text }) => {
      if (node !== master.name) return;
      if (text.includes(' crashed: ') || text.startsWith('This node itself was ')) shaken(timeline.now());
    },
    process: ({ node, what }) => {
      if (node === master.name) {
        const stands = what === 'paused' ? (master.host()?.pausedUntil() ?? 0) : 0;
        return shaken(Math.max(timeline.now(), stands));
      }
      if (what === 'killed') killedAt.set(node, timeline.now());
      else if (what !== 'paused') killedAt.delete(node);
      shownSince.delete(node);
    },
    seen: (view) => {
      if (isStormy()) shaken(timeline.now());
      for (const { name, liveness, reason } of view.nodes) {
        if (!killedAt.has(name)) continue;
        if (liveness === 'down' || liveness === 'left') shownSince.delete(name);
        else alive(name, `${liveness} (${reason})`);
      }
    },
  };
}
