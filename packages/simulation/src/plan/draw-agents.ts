/** What exactly happens to agents: the fields of a deed, from its own dice. */
import type { Dice } from '../dice.ts';
import type { AgentKind, FieldsOf } from './deed.ts';
import type { Shape } from './draw-workload.ts';

type Draws<K extends AgentKind> = { readonly [P in K]: (dice: Dice, shape: Shape) => FieldsOf<P> };

const few = (dice: Dice): number => dice.pick([1, 1, 1, 2, 3, 8]);
const anyNode = (dice: Dice, { names }: Shape): string => dice.pick(names);
const worker = (dice: Dice, { names }: Shape): string => dice.pick(names.slice(1));
const forMs = (dice: Dice): number => dice.pick([200, 1_000, 4_000, 10_000, 20_000]);
const downMs = (dice: Dice): number => dice.pick([0, 500, 2_000, 5_000]);

export const drawAgentDeed: Draws<AgentKind> = {
  'agent-register': (dice, shape) => ({
    node: anyNode(dice, shape),
    by: dice.pick(['request', 'request', 'hand']),
    count: few(dice),
    groups: dice.pick([0, 0, 1, 2]),
  }),
  'agent-remove': (dice, shape) => ({
    node: anyNode(dice, shape),
    by: dice.pick(['request', 'request', 'hand', 'mark']),
    purge: dice.chance(0.5),
    count: few(dice),
  }),
  'agents-gone': (dice) => ({ percent: dice.pick([40, 60, 90, 100]) }),
  'agent-restart': (dice) => ({
    count: few(dice),
    how: dice.pick(['shutdown', 'silent']),
    downMs: dice.pick([100, 2_000, 15_000]),
  }),
  'agent-end': (dice) => ({ count: few(dice), how: dice.pick(['shutdown', 'silent']) }),
  'agent-move': (dice, shape) => ({ node: anyNode(dice, shape), count: few(dice) }),
  'agent-flap': (dice, { names }) => {
    const one = dice.pick(names);
    return {
      one,
      other: dice.pick(names.filter((name) => name !== one)),
      count: dice.pick([1, 1, 3]),
      times: dice.pick([2, 5, 10]),
      everyMs: dice.pick([100, 1_000, 3_000]),
    };
  },
  'agent-news': (dice) => ({ count: few(dice), what: dice.pick(['version', 'labels', 'system', 'config']) }),
  'agent-burst': (dice) => ({ count: few(dice), times: dice.pick([3, 10]), everyMs: dice.pick([20, 200, 1_000]) }),
  'agent-groups': (dice, shape) => ({
    node: dice.chance(0.3) ? worker(dice, shape) : shape.names[0]!,
    count: few(dice),
    how: dice.pick(['one', 'several', 'none']),
  }),
  'agent-chosen': (dice, shape) => ({ node: worker(dice, shape), count: few(dice) }),
  'agent-strays': (dice, shape) => ({ node: worker(dice, shape), count: dice.pick([1, 2]) }),
  'agent-litter': (dice, shape) => ({
    node: anyNode(dice, shape),
    what: dice.pick(['status-garbage', 'status-cut', 'status-name', 'groups-garbage', 'groups-name', 'keys-line']),
  }),
  'agent-list': (dice, shape) => ({
    node: anyNode(dice, shape),
    what: dice.pick(['all', 'one', 'by-node', 'by-group']),
  }),
  neighbour: (dice, shape) => ({
    node: anyNode(dice, shape),
    which: dice.pick(['wdb', 'wdb', 'wdb-http', 'wdb-http', 'auth', 'remoted']),
    how: dice.pick(['refused', 'slow', 'cut-short', 'err', 'dies', 'babbles', 'silent', 'done-unanswered']),
    probability: dice.pick([0.2, 0.5, 1]),
    forMs: forMs(dice),
  }),
  'manager-down': (dice, shape) => ({ node: anyNode(dice, shape), forMs: forMs(dice) }),
  'failing-store': (dice, shape) => ({
    node: anyNode(dice, shape),
    code: dice.pick(['ENOSPC', 'EIO']),
    probability: dice.pick([0.1, 0.5, 1]),
    forMs: forMs(dice),
  }),
  'die-at-commit': (dice, shape) => ({
    node: anyNode(dice, shape),
    commits: Math.ceil(2 ** dice.between(0, 4)),
    how: dice.pick(['kill', 'kill', 'power']),
    downMs: downMs(dice),
  }),
  'damaged-store': (dice, shape) => ({
    node: dice.chance(0.5) ? shape.names[0]! : anyNode(dice, shape),
    how: dice.pick(['removed', 'garbage']),
    downMs: downMs(dice),
  }),
};
