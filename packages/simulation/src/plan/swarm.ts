/**
 * Swarm testing: each seed takes a random subset of all kinds of deeds, at random rates. A run in which
 * everything happens hides what only happens when most other things do not.
 */
import type { Dice } from '../dice.ts';
import {
  type AgentKind,
  agentKinds,
  type Deed,
  type DeedKind,
  type DoorKind,
  doorKinds,
  haproxyKinds,
  type NemesisKind,
  nemesisKinds,
  type WorkloadKind,
  workloadKinds,
} from './deed.ts';
import { drawAgentDeed } from './draw-agents.ts';
import { drawDoorDeed } from './draw-doors.ts';
import { drawHaproxyDeed } from './draw-haproxy.ts';
import { drawNemesis } from './draw-nemesis.ts';
import { drawWorkload, type Shape } from './draw-workload.ts';

/** What a seed takes of a list of kinds, and how often each happens compared with the others. */
export interface Appetite<K extends DeedKind> {
  readonly kinds: readonly K[];
  readonly weights: readonly number[];
  readonly perMinute: number;
}

export interface Swarm {
  readonly workload: Appetite<WorkloadKind>;
  readonly nemesis: Appetite<NemesisKind>;
}

/** What is interesting only together. */
const themes: readonly (readonly DeedKind[])[] = [
  ['checkout', 'delete', 'die-in-transaction'],
  ['delete-many', 'die-in-transaction', 'die-while-starting'],
  ['large-file', 'slow-disk', 'narrow-network'],
  ['large-file', 'reset', 'partition'],
  ['slow-write', 'slow-disk'],
  ['create', 'reset', 'slow-network'],
  ['create', 'failing-disk'],
  ['intruder', 'restart'],
  ['intruder', 'crash-actors'],
  ['intruder', 'pause'],
  ['intruder', 'partition', 'lose-power'],
  ['add-directory', 'few-watches', 'restart'],
  ['checkout', 'hints'],
  ['unmount', 'kill'],
  ['keys', 'delete-everything'],
  ['bad-start', 'failing-disk'],
  ['checkout', 'damage', 'lose-power'],
];

/** Half of all seeds have a theme. */
export function drawSwarm(dice: Dice): Swarm {
  const drawn = dice.pick(themes);
  const theme = dice.chance(0.5) ? drawn : [];
  return {
    workload: withTheme(drawAppetite(dice.fork('workload'), workloadKinds, 4, 60), workloadKinds, theme),
    nemesis: withTheme(drawAppetite(dice.fork('nemesis'), nemesisKinds, 1, 24), nemesisKinds, theme),
  };
}

/** Of what a theme needs there are some a minute. */
const themePerMinute = 6;

function withTheme<K extends DeedKind>(
  { kinds, weights, perMinute }: Appetite<K>,
  all: readonly K[],
  theme: readonly DeedKind[],
): Appetite<K> {
  const more = all.filter((kind) => theme.includes(kind));
  if (more.length === 0) return { kinds, weights, perMinute };
  const least = Math.max(perMinute, themePerMinute);
  return { kinds: [...kinds, ...more], weights: [...weights, ...more.map(() => 1)], perMinute: least };
}

/** Some seeds take none, some one, most several, few all. */
function drawAppetite<K extends DeedKind>(dice: Dice, all: readonly K[], rarest: number, often: number): Appetite<K> {
  const share = dice.pick([0, 0.08, 0.2, 0.2, 0.4, 0.4, 0.7, 1]);
  const single = dice.pick(all);
  const kinds = dice.chance(0.1) ? [single] : all.filter((kind) => dice.fork(kind).chance(share));
  const weights = kinds.map((kind) => 0.1 + dice.fork(kind).fork('weight').next());
  return { kinds, weights, perMinute: Math.exp(dice.between(Math.log(rarest), Math.log(often))) };
}

const draws = {
  ...drawWorkload,
  ...drawNemesis,
  ...drawAgentDeed,
  ...drawHaproxyDeed,
  ...drawDoorDeed,
} as Readonly<Record<DeedKind, (dice: Dice, shape: Shape) => object>>;

/** By time, with their ids. */
export function drawDeeds(dice: Dice, swarm: Swarm, shape: Shape): readonly Deed[] {
  const drafts = [
    ...drafted(dice.fork('workload'), swarm.workload, shape),
    ...drafted(dice.fork('nemesis'), swarm.nemesis, shape),
  ];
  bunch(dice.fork('bunch'), drafts, shape.chaosMs);
  drafts.sort((one, other) => one.atMs - other.atMs);
  return drafts.map(({ kind, atMs, dice: own }, index): Deed => {
    return { id: String(index + 1), atMs, kind, ...draws[kind](own, shape) } as Deed;
  });
}

/** What is interesting only together, of agents. */
const agentThemes: readonly (readonly DeedKind[])[] = [
  ['agent-move', 'partition', 'reset'],
  ['agent-move', 'agent-end', 'partition'],
  ['agent-end', 'damaged-store'],
  ['agent-flap', 'slow-network', 'wall-drift'],
  ['agent-flap', 'agent-news', 'kill'],
  ['agent-remove', 'agent-burst', 'pause'],
  ['agents-gone', 'keys', 'agent-register'],
  ['agent-register', 'reset', 'kill'],
  ['agent-groups', 'partition', 'restart'],
  ['agent-groups', 'agent-chosen', 'lose-power'],
  ['agent-burst', 'die-at-commit'],
  ['damaged-store', 'agent-move'],
  ['failing-store', 'agent-burst'],
  ['neighbour', 'agent-register', 'agent-groups'],
  ['neighbour', 'agent-burst', 'agent-news'],
  ['agent-restart', 'manager-down'],
  ['agent-strays', 'agent-litter'],
];

/** The deeds of a plan and those of agents among them: no deed that was there is another for it. */
export function drawAgentDeeds(dice: Dice, deeds: readonly Deed[], shape: Shape): readonly Deed[] {
  const drawn = dice.pick(agentThemes);
  const theme = dice.chance(0.6) ? drawn : [];
  const all: readonly DeedKind[] = [...agentKinds, ...theme.filter((kind) => !agentKinds.includes(kind as AgentKind))];
  // Revisions of a store that is lost begin at the wall clock: no promise holds where that was set back too.
  const isMeant = ({ kind }: Draft): boolean => kind !== 'damaged-store' || !shape.clocksJump;
  const own = drawAppetite<DeedKind>(dice.fork('appetite'), agentKinds, 4, 20);
  const drafts = drafted(dice.fork('deeds'), withTheme(own, all, theme), shape).filter(isMeant);
  return amid(dice, deeds, drafts, { prefix: 'a', shape });
}

/** What is interesting only together, of HAProxy. */
const haproxyThemes: readonly (readonly DeedKind[])[] = [
  ['lb-end', 'kill'],
  ['lb-end', 'lb-edit'],
  ['lb-agents', 'restart'],
  ['lb-drain', 'lb-end'],
  ['lb-drain', 'port-down'],
  ['lb-away', 'lose-power'],
  ['lb-answers', 'kill'],
  ['lb-answers', 'lb-edit'],
  ['lb-answers', 'lb-drain', 'lb-agents'],
  ['port-down', 'lb-agents'],
  ['partition', 'lb-agents'],
  ['crash-actors', 'lb-drain'],
];

/** More of them than of others: most do little by themselves. */
const drawSome = (dice: Dice, all: readonly DeedKind[], rates: readonly number[]): Appetite<DeedKind> => {
  const kinds = all.filter((kind) => dice.fork(kind).chance(0.5));
  return { kinds, weights: kinds.map(() => 1), perMinute: dice.pick(rates) };
};

/** The deeds of a plan and those of its HAProxy among them: none that was there is another for it. */
export function drawHaproxyDeeds(dice: Dice, deeds: readonly Deed[], shape: Shape): readonly Deed[] {
  const drawn = dice.pick(haproxyThemes);
  const theme = dice.chance(0.5) ? drawn : [];
  const all: readonly DeedKind[] = [
    ...haproxyKinds,
    ...theme.filter((kind) => !(haproxyKinds as readonly DeedKind[]).includes(kind)),
  ];
  const own = drawSome(dice.fork('appetite'), haproxyKinds, [3, 6, 12, 24]);
  return amid(dice, deeds, drafted(dice.fork('deeds'), withTheme(own, all, theme), shape), { prefix: 'h', shape });
}

/** What is interesting only together, at doors. */
const doorThemes: readonly (readonly DeedKind[])[] = [
  ['door-ask', 'kill'],
  ['door-ask', 'partition'],
  ['door-ask', 'pause'],
  ['door-ask', 'reset', 'slow-network'],
  ['door-order', 'partition', 'reset'],
  ['door-order', 'kill'],
  ['door-events', 'kill', 'create'],
  ['door-events', 'crash-actors'],
  ['door-events', 'failing-disk', 'kill'],
  ['door-trace', 'crash-actors'],
  ['door-trace', 'kill'],
  ['door-program', 'restart'],
  ['door-program', 'partition'],
  ['door-program', 'crash-actors'],
  ['door-events', 'damaged-store'],
];

/** The deeds of a plan and those at doors among them: none that was there is another for it. */
export function drawDoorDeeds(dice: Dice, deeds: readonly Deed[], shape: Shape): readonly Deed[] {
  const drawn = dice.pick(doorThemes);
  const theme = dice.chance(0.25) ? drawn : [];
  const own = drawSome(dice.fork('appetite'), doorKinds, [2, 5, 10]);
  const all: readonly DeedKind[] = [...doorKinds, ...theme.filter((kind) => !doorKinds.includes(kind as DoorKind))];
  return amid(dice, deeds, drafted(dice.fork('deeds'), withTheme(own, all, theme), shape), { prefix: 'd', shape });
}

interface Draft {
  readonly kind: DeedKind;
  readonly dice: Dice;
  atMs: number;
}

/** These among the deeds that were there: some right after others, with ids of their own. */
function amid(
  dice: Dice,
  deeds: readonly Deed[],
  drafts: Draft[],
  { prefix, shape }: { readonly prefix: string; readonly shape: Shape },
): readonly Deed[] {
  bunch(dice.fork('bunch'), drafts, shape.chaosMs, [...drafts, ...deeds]);
  drafts.sort((one, other) => one.atMs - other.atMs);
  const more = drafts.map(({ kind, atMs, dice: its }, index): Deed => {
    return { id: `${prefix}${index + 1}`, atMs, kind, ...draws[kind](its, shape) } as Deed;
  });
  return [...deeds, ...more].sort((one, other) => one.atMs - other.atMs);
}

function drafted<K extends DeedKind>(dice: Dice, { kinds, weights, perMinute }: Appetite<K>, shape: Shape): Draft[] {
  if (kinds.length === 0) return [];
  const count = Math.max(1, Math.round((perMinute * shape.chaosMs) / 60_000));
  return Array.from({ length: count }, (_, index) => {
    const own = dice.fork(String(index));
    return { kind: weighted(own, kinds, weights), dice: own, atMs: own.int(0, Math.floor(shape.chaosMs)) };
  });
}

function weighted<K>(dice: Dice, kinds: readonly K[], weights: readonly number[]): K {
  let left = dice.next() * weights.reduce((sum, weight) => sum + weight, 0);
  const at = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return kinds[at < 0 ? kinds.length - 1 : at]!;
}

/** In most seeds some deeds come right after another: what happens at once is what goes wrong. */
function bunch(
  dice: Dice,
  drafts: readonly Draft[],
  chaosMs: number,
  near: readonly { readonly atMs: number }[] = drafts,
): void {
  const share = dice.pick([0, 0.2, 0.5, 0.8]);
  for (const draft of drafts) {
    const other = dice.pick(near);
    const after = dice.pick([0, 1, 10, 60, 200, 1_000]) * dice.next();
    if (dice.chance(share)) draft.atMs = Math.min(chaosMs, Math.round((other.atMs + after) * 1_000) / 1_000);
  }
}
