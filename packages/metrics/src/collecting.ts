/** The parts of a scrape, each collected for itself. */
import { openBoundedNames } from './bounded.ts';
import { actorSamples, mostActors } from './parts/actors.ts';
import { agentSamples } from './parts/agents.ts';
import { balancerSamples } from './parts/balancers.ts';
import { clusterSamples } from './parts/cluster.ts';
import { eventSamples } from './parts/events.ts';
import { healthSamples } from './parts/health.ts';
import { laneSamples, linkSamples } from './parts/links.ts';
import { processSamples } from './parts/process.ts';
import { openRising } from './rising.ts';
import { type Sample, sample, timesSample, together } from './sample.ts';
import type { MetricSources } from './sources.ts';

export interface Part {
  readonly name: string;
  /** May throw or reject. Not called again before it has settled. */
  readonly collect: () => readonly Sample[] | Promise<readonly Sample[]>;
}

/** Actors with a label of their own: seven series each. */
export const maxActorLabels = 200;
/** Nodes, peers and servers with a label of their own, each: more than clusters have. */
export const maxNodeLabels = 200;

/** What a node of this role has. Bounds of labels and counters are kept from one scrape to the next. */
export function openParts(sources: MetricSources): readonly Part[] {
  const { system, times, clock, agents, balance } = sources;
  const actors = openBoundedNames(maxActorLabels);
  const nodes = openBoundedNames(maxNodeLabels);
  const peers = openBoundedNames(maxNodeLabels);
  const parts: Record<string, Part['collect'] | undefined> = {
    process: () => processSamples(sources),
    actors: () => {
      const rows = system.inspect(mostActors);
      const startedAt = rows[0]?.startedAt ?? clock.now();
      return [
        sample('muster_uptime_seconds', (clock.now() - startedAt) / 1_000, {}),
        ...actorSamples(rows, actors),
        timesSample('muster_actor_waiting_seconds', times.waiting()),
        timesSample('muster_actor_handling_seconds', times.handling()),
        sample('muster_dead_letters_total', system.deadLetters().count, {}),
      ];
    },
    cluster: async () => clusterSamples(await sources.cluster(), sources, nodes),
    health: async () => healthSamples(await sources.health()),
    links: async () => linkSamples(await sources.links(), sources.reconnects(), peers),
    lanes: () => laneSamples(sources.laneBytes()),
    events: () => eventSamples(sources.events()),
    ...roleParts(agents, balance),
  };
  return Object.entries(parts).flatMap(([name, collect]) => (collect === undefined ? [] : [rising(name, collect)]));
}

function roleParts(
  agents: MetricSources['agents'],
  balance: MetricSources['balance'],
): Record<string, Part['collect'] | undefined> {
  const nodes = openBoundedNames(maxNodeLabels);
  const servers = openBoundedNames(maxNodeLabels);
  return {
    agents: agents && (() => agentSamples(agents(), nodes)),
    balancers: balance && (async () => balancerSamples(await balance(), servers)),
  };
}

function rising(name: string, collect: Part['collect']): Part {
  const counters = openRising();
  return { name, collect: async () => together(counters.take(await collect())) };
}
