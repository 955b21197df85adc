/** What exactly goes wrong: the fields of a fault, from its own dice. */
import type { Dice } from '../dice.ts';
import type { FieldsOf, NemesisKind } from './deed.ts';
import type { Shape } from './draw-workload.ts';
import {
  type clockFaults,
  type diskFaults,
  intruders,
  type networkFaults,
  type processFaults,
} from './nemesis-deeds.ts';

type Draws<K extends NemesisKind> = { readonly [P in K]: (dice: Dice, shape: Shape) => FieldsOf<P> };

const node = (dice: Dice, { names }: Shape): string => dice.pick(names);
/** 0: at once, as a service manager may. */
const downMs = (dice: Dice): number => dice.pick([0, 500, 2_000, 2_000, 5_000, 20_000]);
const forMs = (dice: Dice): number => dice.pick([50, 500, 2_000, 6_000, 6_000, 15_000, 30_000]);
/** Few mostly: what is interesting happens soon after something was changed. */
const effects = (dice: Dice): number => Math.ceil(2 ** dice.between(0, 9));

const ofProcesses: Draws<keyof typeof processFaults> = {
  kill: (dice, shape) => ({ node: node(dice, shape), downMs: downMs(dice) }),
  'kill-at-effect': (dice, shape) => ({ node: node(dice, shape), effects: effects(dice), downMs: downMs(dice) }),
  'lose-power': (dice, shape) => ({ node: node(dice, shape), downMs: downMs(dice) }),
  'lose-power-at-effect': (dice, shape) => ({
    node: node(dice, shape),
    effects: effects(dice),
    downMs: downMs(dice),
  }),
  'die-in-transaction': (dice, shape) => ({
    node: node(dice, shape),
    after: dice.pick(['journal', 'journal', 'trash', 'trash', 'staged', 'epoch', 'digest-cache']),
    effects: Math.ceil(2 ** dice.between(0, 5)),
    how: dice.pick(['kill', 'kill', 'power']),
    again: dice.pick([0, 0, 1, 2]),
    downMs: downMs(dice),
  }),
  'die-while-starting': (dice, shape) => ({
    node: node(dice, shape),
    effects: Math.ceil(2 ** dice.between(0, 5)),
    how: dice.pick(['kill', 'kill', 'power']),
    again: dice.pick([1, 1, 3]),
    downMs: downMs(dice),
  }),
  'bad-start': (dice, shape) => ({
    node: node(dice, shape),
    code: dice.pick(['ENOSPC', 'EIO', 'EACCES']),
    forMs: forMs(dice),
  }),
  blackout: (dice) => ({ downMs: downMs(dice) }),
  pause: (dice, shape) => ({
    node: node(dice, shape),
    forMs: dice.pick([100, 700, 2_000, 3_000, 5_000, 10_000, 30_000]),
  }),
  'crash-actors': (dice, shape) => ({
    node: node(dice, shape),
    times: dice.pick([1, 1, 2, 5, 12]),
    everyMs: dice.pick([0, 20, 200, 1_000]),
  }),
  damage: (dice, shape) => ({ node: node(dice, shape), ...damageOf(dice, shape), downMs: downMs(dice) }),
};

/**
 * An epoch that is lost is made from the wall clock, so that it does not lead back: no promise holds where the
 * clock was set back too. Seeds in which clocks jump leave the epoch alone.
 */
function damageOf(dice: Dice, { clocksJump }: Shape): Pick<FieldsOf<'damage'>, 'file' | 'how'> {
  const file = dice.pick(['digest-cache', 'digest-cache', 'journal', 'epoch', 'workers', 'staged', 'trash'] as const);
  const how = dice.pick(['removed', 'empty', 'truncated', 'garbage', 'older'] as const);
  return { file: file === 'epoch' && clocksJump ? 'digest-cache' : file, how };
}

/** Who comes with a worker's name is the worst, most of all while that worker is silent. */
const drawnIntruders = [...intruders, 'name-taken', 'other-cluster'] as const;

const ofNetwork: Draws<keyof typeof networkFaults> = {
  partition: (dice, { names }) => ({ ...sides(dice, names), forMs: forMs(dice) }),
  'one-way': (dice, { names }) => {
    const worker = dice.pick(names.slice(1));
    const there = dice.chance(0.5);
    return { from: there ? names[0]! : worker, to: there ? worker : names[0]!, forMs: forMs(dice) };
  },
  reset: (dice, { names }) => ({ one: names[0]!, other: dice.pick(names.slice(1)) }),
  'slow-network': (dice) => {
    const minMs = dice.pick([10, 100, 500, 2_000]);
    return { minMs, maxMs: minMs * dice.pick([1, 3]), forMs: forMs(dice) };
  },
  'narrow-network': (dice) => ({ bytesPerMs: dice.pick([1, 10, 100]), forMs: forMs(dice) }),
  stalls: (dice) => ({
    probability: dice.pick([0.02, 0.2, 0.6]),
    stallMs: dice.pick([200, 1_000, 3_000]),
    forMs: forMs(dice),
  }),
  'split-pieces': (dice) => ({ probability: dice.pick([0.3, 1]), forMs: forMs(dice) }),
  'bad-dials': (dice) => ({ refuse: dice.pick([0, 0.5, 1]), silent: dice.pick([0, 0.3, 0.9]), forMs: forMs(dice) }),
  'slow-handshakes': (dice) => {
    const minMs = dice.pick([100, 1_000, 4_000]);
    return { minMs, maxMs: minMs * 2, forMs: forMs(dice) };
  },
  intruder: (dice, { names }) => ({
    as: Array.from({ length: dice.pick([1, 1, 2, 4]) }, () => dice.pick(drawnIntruders)),
    name: dice.pick(names.slice(1)),
    times: dice.pick([1, 4, 8, 20]),
    everyMs: dice.pick([50, 500, 1_000]),
  }),
};

/** Both sides have somebody. */
function sides(
  dice: Dice,
  names: readonly string[],
): { readonly left: readonly string[]; readonly right: readonly string[] } {
  const [first, ...rest] = names as readonly [string, ...string[]];
  const apart = rest.filter(() => dice.chance(0.6));
  const right = apart.length > 0 ? apart : [dice.pick(rest)];
  return { left: [first, ...rest.filter((name) => !right.includes(name))], right };
}

/** The state folder, and what is synchronised: directories of the table, and some below them. */
const places = [
  ...['', 'etc', 'etc/rules', 'etc/shared', 'var/multigroups', 'queue/cluster/muster', 'etc/client.keys'],
  ...['etc/rules/custom', 'etc/lists/amazon', 'etc/shared/default'],
];
type Operations = FieldsOf<'failing-disk'>['operations'];
const operations: readonly Operations[] = [
  [],
  ['write', 'mkdir', 'rename'],
  ['write'],
  ['rename'],
  ['read', 'digest'],
  ['list'],
  ['list', 'stat', 'read', 'digest'],
  ['sync'],
  ['unlink', 'chmod'],
];

const ofDisks: Draws<keyof typeof diskFaults> = {
  'failing-disk': (dice, shape) => ({
    node: node(dice, shape),
    below: dice.pick(places),
    operations: dice.pick(operations),
    code: dice.pick(['ENOSPC', 'EIO', 'EACCES']),
    probability: dice.pick([0.05, 0.3, 1]),
    forMs: forMs(dice),
  }),
  'full-disk': (dice, shape) => ({
    node: node(dice, shape),
    freeBytes: dice.pick([0, 100, 5_000, 100_000]),
    forMs: forMs(dice),
  }),
  'slow-disk': (dice, shape) => {
    const minMs = dice.pick([1, 20, 200]);
    return { node: node(dice, shape), minMs, maxMs: minMs * 5, perFileMs: dice.pick([0, 1, 10]), forMs: forMs(dice) };
  },
  hints: (dice, shape) => ({
    node: node(dice, shape),
    maxLateMs: dice.pick([0, 100, 5_000]),
    lost: dice.pick([0, 0.3, 1]),
    twice: dice.pick([0, 0.5, 1]),
    queued: dice.pick([16_384, 16_384, 64, 4]),
    forMs: forMs(dice),
  }),
  'few-watches': (dice, shape) => ({ node: node(dice, shape), watches: dice.pick([0, 1, 3]), forMs: forMs(dice) }),
  unmount: (dice, shape) => ({
    node: node(dice, shape),
    directory: dice.pick(['etc/rules', 'etc/decoders', 'etc/lists', 'etc/shared']),
    bare: dice.chance(0.5),
    forMs: forMs(dice),
  }),
};

const ofClocks: Draws<keyof typeof clockFaults> = {
  'wall-jump': (dice, shape) => ({
    node: node(dice, shape),
    byMs: dice.pick([-1, 1]) * dice.pick([200, 5_000, 3_600_000, 86_400_000]),
  }),
  'wall-drift': (dice, shape) => ({
    node: node(dice, shape),
    msPerSecond: dice.pick([-500, -50, 50, 500]),
    forMs: forMs(dice),
  }),
};

export const drawNemesis: Draws<NemesisKind> = { ...ofProcesses, ...ofNetwork, ...ofDisks, ...ofClocks };
