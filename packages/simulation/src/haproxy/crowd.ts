/** Agents that connect through HAProxy: each keeps one session, and comes back when it is cut. */
import { type Dice, openDice } from '../dice.ts';
import type { HaproxyPlan } from '../plan/haproxy.ts';
import type { Plan } from '../plan/plan.ts';
import type { World } from '../world/world.ts';
import type { HaproxyProcess } from './process.ts';
import type { ModelSession } from './sessions.ts';

export interface ThroughAgent {
  readonly name: string;
  readonly dice: Dice;
  readonly manner: 'soon' | 'late' | 'shy';
  wants: boolean;
  /** Its connection, in whichever process. */
  at: { readonly process: HaproxyProcess; readonly session: ModelSession; readonly source: string } | undefined;
  /** It will try again: a try that waits. */
  waits: boolean;
}

export interface Crowd {
  readonly plan: HaproxyPlan;
  readonly agents: readonly ThroughAgent[];
  /** By the source of a session, of now or of before. */
  of(source: string): ThroughAgent | undefined;
  arrive(count: number): void;
  depart(count: number): void;
  /** Told when HAProxy had no server for one. */
  hear(listener: (event: CrowdEvent) => void): void;
  /** From now on nobody is late or shy. */
  settle(): void;
}

export type CrowdEvent =
  | { readonly what: 'refused'; readonly agent: ThroughAgent }
  /** Its connection ended, whoever ended it. */
  | { readonly what: 'left'; readonly server: string };

const crowds = new WeakMap<World, Crowd>();
/** Undefined: there is no HAProxy in this run. */
export const crowdOf = (world: World): Crowd | undefined => crowds.get(world);

/** Before an agent connects again after its connection ended, and after nobody took it, ms. */
const back = { soon: [50, 5_000], late: [5_000, 20_000], shy: [60_000, 120_000] } as const;
const againMs = [1_000, 5_000] as const;
/** All begin within so long, ms. */
const beginMs = 4_000;

export function openCrowd(world: World, { haproxy, settings }: Plan): Crowd {
  const { timeline } = world;
  const seedDice = openDice(settings.seed).fork('crowd');
  const agents: ThroughAgent[] = [];
  const sources = new Map<string, ThroughAgent>();
  const listeners: ((event: CrowdEvent) => void)[] = [];
  let settled = false;
  let ports = 20_000;
  const tell = (event: CrowdEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const later = (agent: ThroughAgent, [from, to]: readonly [number, number]): void => {
    if (agent.waits) return;
    agent.waits = true;
    timeline.after(agent.dice.between(from, to), 'agent connects', () => {
      agent.waits = false;
      if (agent.wants && agent.at === undefined) connect(agent);
    });
  };
  const connect = (agent: ThroughAgent): void => {
    const process = world.haproxy.process();
    if (process === undefined) return later(agent, againMs);
    const source = `10.9.${Math.floor(agents.indexOf(agent) / 200)}.${1 + (agents.indexOf(agent) % 200)}:${++ports}`;
    sources.set(source, agent);
    let taken = false;
    const session = process.connect({
      source,
      opened: () => {},
      closed: () => {
        if (taken && agent.at !== undefined) tell({ what: 'left', server: agent.at.session.server.name });
        else tell({ what: 'refused', agent });
        agent.at = undefined;
        later(agent, taken ? back[settled ? 'soon' : agent.manner] : againMs);
      },
    });
    if (session === undefined) return;
    taken = true;
    agent.at = { process, session, source };
  };
  const leave = (agent: ThroughAgent): void => {
    agent.wants = false;
    if (agent.at === undefined) return;
    const { process, session } = agent.at;
    agent.at = undefined;
    process.leave(session);
    tell({ what: 'left', server: session.server.name });
  };
  const arrive = (count: number): void => {
    for (let left = count; left > 0; left--) {
      const name = `through-${agents.length}`;
      const dice = seedDice.fork(name);
      const drawn = dice.next();
      const manner = drawn < haproxy.late ? 'late' : drawn < haproxy.late + haproxy.shy ? 'shy' : 'soon';
      const agent: ThroughAgent = { name, dice, manner, wants: true, at: undefined, waits: false };
      agents.push(agent);
      later(agent, [0, beginMs]);
    }
  };
  const crowd: Crowd = {
    plan: haproxy,
    agents,
    of: (source) => sources.get(source),
    arrive,
    depart: (count) => {
      for (const agent of agents.filter(({ wants }) => wants).slice(0, count)) leave(agent);
    },
    hear: (listener) => void listeners.push(listener),
    settle: () => {
      settled = true;
    },
  };
  arrive(haproxy.agents);
  crowds.set(world, crowd);
  return crowd;
}
