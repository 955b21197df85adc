/**
 * The agents of a run: who lives, where each reports, and what the managers have learnt in truth. An agent
 * whom a manager does not let in, or whose manager is away, goes to the next of its list, as agents do.
 */
import { type Dice, openDice } from '../dice.ts';
import type { AgentsPlan } from '../plan/agents.ts';
import type { Plan } from '../plan/plan.ts';
import type { SimNode, World } from '../world/world.ts';
import type { Agent, Enrolled, Report } from './agent.ts';
import { firstFacts } from './agent.ts';
import type { ManagerBeside } from './beside.ts';
import { keysOf } from './keys.ts';

export interface Population {
  readonly plan: AgentsPlan;
  /** Wall clocks of this run jump, or gain or lose time: what managers date by them is only roughly true. */
  readonly clocksMove: boolean;
  /** Nodes whose stores are lost in this run. */
  readonly storesGo: ReadonlySet<string>;
  /** Everybody who was ever enrolled by a deed or at the start, in that order. */
  readonly agents: readonly Agent[];
  /** What is beside the node; undefined: nothing. */
  readonly beside: (node: SimNode) => ManagerBeside | undefined;
  /** Whether that manager is up. */
  readonly isUp: (node: SimNode) => boolean;
  /** It is away until the returned function is called. */
  takeAway(node: SimNode): () => void;
  add(enrolled: Enrolled, home: SimNode): Agent;
  /** It starts, or starts again: a word of its start, and soon its first keep-alive. */
  start(agent: Agent): void;
  /** It ends: with a word, or without one. */
  stop(agent: Agent, how: 'shutdown' | 'silent'): void;
  /** It leaves its manager without a word, and starts at another. */
  move(agent: Agent, to: SimNode): void;
  /** A keep-alive beside those that come anyway. */
  report(agent: Agent): void;
  /** The healing has begun: everybody who lives reports once more, soon, and then nobody does. */
  settle(): void;
  /** In words, who was to report and has not; undefined: nobody. From then on nothing is learnt any more. */
  unsettled(): string | undefined;
}

const listening = new WeakMap<World, ((report: Report) => void)[]>();
/** Told of every report of this world's agents, right when it was made; also before there are any. */
export function hearReports(world: World, listener: (report: Report) => void): void {
  const all = listening.get(world) ?? [];
  listening.set(world, [...all, listener]);
}

const populations = new WeakMap<World, Population>();
/** Undefined: the plan has none. */
export const populationOf = (world: World): Population | undefined => populations.get(world);

/** Between a word of a start and the first keep-alive, and before an agent tries the next manager, ms. */
const soonMs = 300;
/**
 * So long after the healing began everybody reports once more, ms: whoever moved right before it did so long
 * enough before for any offset of clocks that was measured on a slow network. Who is not let in tries again so often.
 */
const lastMs = { from: 10_000, to: 16_000 };
const againMs = 1_000;

export function openPopulation(world: World, plan: Plan, besides: ReadonlyMap<string, ManagerBeside>): Population {
  const { timeline, nodes } = world;
  const seedDice = openDice(plan.settings.seed).fork('population');
  const agents: Agent[] = [];
  const dices = new Map<Agent, Dice>();
  const away = new Map<string, number>();
  const machinesOff = new Set<string>();
  const last = new Set<Agent>();
  let settling = false;
  const nodeOf = (name: string): SimNode => nodes.find((node) => node.name === name)!;
  const besideOf = (node: SimNode): ManagerBeside | undefined => besides.get(node.name);
  const isUp = (node: SimNode): boolean =>
    besides.has(node.name) && (away.get(node.name) ?? 0) === 0 && !machinesOff.has(node.name);
  const lets = (node: SimNode, agent: Agent): boolean =>
    isUp(node) && besideOf(node)?.takesAgents === true && keysOf(node).get(agent.id)?.key === agent.key;

  const told = (agent: Agent, status: Report['status']): void => {
    const whole = besides.get(agent.home)?.tellsWhole(agent) === true;
    const facts = status === 'active' ? { facts: agent.facts, whole } : {};
    for (const listener of listening.get(world) ?? [])
      listener({ id: agent.id, key: agent.key, node: agent.home, at: timeline.now(), status, ...facts });
  };
  /** False: nobody lets it in. */
  const findHome = (agent: Agent): boolean => {
    if (lets(nodeOf(agent.home), agent)) return true;
    const at = nodes.findIndex(({ name }) => name === agent.home);
    const next = [...nodes.slice(at + 1), ...nodes.slice(0, at)].find((node) => lets(node, agent));
    if (next === undefined) return false;
    agent.home = next.name;
    begin(agent);
    return true;
  };
  const begin = (agent: Agent): void => {
    if (besideOf(nodeOf(agent.home))?.startup(agent) === true) told(agent, 'pending');
  };
  /** False: it was not let in anywhere. */
  const say = (agent: Agent): boolean => {
    if (!findHome(agent)) return false;
    if (besideOf(nodeOf(agent.home))!.keepAlive(agent)) told(agent, 'active');
    return true;
  };
  const diceOf = (agent: Agent): Dice => dices.get(agent)!;
  /** Not any more when it was ended meanwhile, or everybody says his last. */
  const later = (agent: Agent, delayMs: number, act: () => void): void => {
    const { starts } = agent;
    timeline.after(delayMs, 'agent', () => {
      if (!settling && agent.alive && agent.starts === starts) act();
    });
  };
  const tick = (agent: Agent): void =>
    later(agent, plan.agents.notifyMs, () => {
      say(agent);
      tick(agent);
    });
  const startSoon = (agent: Agent): void => later(agent, diceOf(agent).between(1, soonMs), () => void say(agent));
  const sayLast = (agent: Agent, delayMs: number): void => {
    timeline.after(delayMs, 'agent says its last', () => {
      if (keysOf(world.master).get(agent.id)?.key !== agent.key) last.delete(agent);
      else if (!say(agent)) sayLast(agent, againMs);
      else last.delete(agent);
    });
  };

  world.hear.process(({ node, what }) => {
    if (what === 'power-lost') machinesOff.add(node);
    else if (what === 'started' || what === 'start-failed') machinesOff.delete(node);
  });
  const population: Population = {
    plan: plan.agents,
    storesGo: new Set(plan.deeds.flatMap((deed) => (deed.kind === 'damaged-store' ? [deed.node] : []))),
    clocksMove:
      Object.keys(plan.climate.driftMs).length > 0 ||
      plan.deeds.some(({ kind }) => kind === 'wall-jump' || kind === 'wall-drift'),
    agents,
    beside: besideOf,
    isUp,
    takeAway: ({ name }) => {
      let back = false;
      away.set(name, (away.get(name) ?? 0) + 1);
      return () => {
        if (!back) away.set(name, away.get(name)! - 1);
        back = true;
      };
    },
    add: (enrolled, home) => {
      const agent: Agent = { ...enrolled, home: home.name, alive: false, starts: 0, facts: firstFacts(enrolled.name) };
      agents.push(agent);
      dices.set(agent, seedDice.fork(enrolled.name));
      return agent;
    },
    start: (agent) => {
      if (settling || agent.alive) return;
      agent.alive = true;
      agent.starts += 1;
      if (findHome(agent)) begin(agent);
      startSoon(agent);
      tick(agent);
    },
    stop: (agent, how) => {
      if (!agent.alive) return;
      agent.alive = false;
      const home = nodeOf(agent.home);
      if (how === 'shutdown' && lets(home, agent) && besideOf(home)!.shutdown(agent)) told(agent, 'disconnected');
    },
    move: (agent, to) => {
      if (settling || !agent.alive || !isUp(to) || besideOf(to)?.takesAgents !== true) return;
      agent.home = to.name;
      if (lets(to, agent)) begin(agent);
      startSoon(agent);
    },
    report: (agent) => {
      if (!settling && agent.alive) say(agent);
    },
    settle: () => {
      settling = true;
      machinesOff.clear();
      for (const agent of agents) {
        if (!agent.alive) continue;
        last.add(agent);
        sayLast(agent, diceOf(agent).between(lastMs.from, lastMs.to));
      }
    },
    unsettled: () => {
      if (last.size === 0) return undefined;
      const [one] = last;
      return `${last.size} agents have not said their last, of whom ${one!.id} is let in nowhere yet`;
    },
  };
  populations.set(world, population);
  return population;
}
