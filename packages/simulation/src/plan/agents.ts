/** The agents of a run and the managers beside its nodes, as a seed decides them. */
import type { Dice } from '../dice.ts';
import { masterName, nodeNames } from './plan.ts';
import type { Settings } from './settings.ts';

export const managerKinds = ['files', 'wazuh-db'] as const;
export type ManagerKind = (typeof managerKinds)[number];

export interface AgentsPlan {
  /** In the master's client.keys at the start, beside the lines that its tree has anyway, whose agents never report. 0: no deed is about agents, and no manager is beside any node. */
  readonly count: number;
  /** What is beside each node. By node name; none beside a node without one. */
  readonly managers: Readonly<Record<string, ManagerKind>>;
  /** Whether authd is beside the master; if not, the embedded registrar adds and removes. */
  readonly authd: boolean;
  /** A living agent says so every so many ms. */
  readonly notifyMs: number;
  /** `agents_disconnection_time` of every ossec.conf, ms; whole seconds. */
  readonly disconnectMs: number;
  /** The share of them that reports at all at the start. */
  readonly alive: number;
  /** The share of them that has groups at the start. */
  readonly grouped: number;
}

/** A 4.x always has authd. */
export const hasAuthd = ({ authd, managers }: AgentsPlan): boolean => authd || managers[masterName] === 'wazuh-db';

/** As plans were before there were agents. */
export const noAgents: AgentsPlan = {
  count: 0,
  managers: {},
  authd: false,
  notifyMs: 10_000,
  disconnectMs: 900_000,
  alive: 0,
  grouped: 0,
};

/** Half of all seeds have none; most of the others have few. */
export function drawAgents(dice: Dice, settings: Pick<Settings, 'workers'>): AgentsPlan {
  const few = dice.pick([1, 2, 3, 3, 5, 5, 8, 12, 20, 40]);
  const count = dice.chance(0.01) ? 300 : few;
  const kinds = dice.pick<readonly ManagerKind[]>([['files'], ['wazuh-db'], ['wazuh-db'], managerKinds]);
  const plan: AgentsPlan = {
    count,
    managers: Object.fromEntries(nodeNames(settings).map((name) => [name, dice.fork(name).pick(kinds)])),
    authd: dice.chance(0.5),
    notifyMs: dice.pick([1_000, 3_000, 5_000, 10_000]) * (count > 100 ? 10 : 1),
    disconnectMs: dice.pick([10, 20, 60, 900]) * 1_000,
    alive: dice.pick([0.5, 0.9, 1, 1]),
    grouped: dice.pick([0, 0.5, 1]),
  };
  return dice.chance(0.5) ? plan : noAgents;
}
