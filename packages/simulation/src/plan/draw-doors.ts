/** What exactly is asked at doors: the fields of a deed, from its own dice. */
import type { Dice } from '../dice.ts';
import type { DoorKind, FieldsOf } from './deed.ts';
import type { Shape } from './draw-workload.ts';

type Draws<K extends DoorKind> = { readonly [P in K]: (dice: Dice, shape: Shape) => FieldsOf<P> };

const ends = (dice: Dice, { names }: Shape): { readonly node: string; readonly of: string } => ({
  node: dice.pick(names),
  of: dice.pick(names),
});
/** Seldom more than people do. */
const often = (dice: Dice): { readonly times: number; readonly everyMs: number } => ({
  times: dice.pick([1, 1, 3, 8]),
  everyMs: dice.pick([50, 500, 2_000]),
});
const orders = ['crash-actor', 'restart-actor', 'set-log-level'] as const;

export const drawDoorDeed: Draws<DoorKind> = {
  'door-ask': (dice, shape) => {
    const question = dice.pick([
      ...(['any', 'any', 'any', 'get-health', 'get-tree', 'get-actor', 'get-dead-letters', 'get-links'] as const),
      ...(['get-node-info', 'get-logs', 'get-standing', 'get-metrics', 'get-healthcheck'] as const),
    ]);
    const some = { ...ends(dice, shape), question, ...often(dice) };
    if (!dice.chance(0.1)) return some;
    // More at once than a node takes, of which each has to wait.
    const others = shape.names.filter((name) => name !== some.node);
    return { ...some, of: dice.pick(others), question: 'get-health', times: 40, everyMs: 0 };
  },
  'door-order': (dice, shape) => ({
    ...ends(dice, shape),
    // A worker refuses most of them: half come from the master.
    ...(dice.chance(0.5) ? { node: shape.names[0]! } : {}),
    order: dice.pick([...orders, 'tell-actor', 'tell-actor', 'ask-actor', 'ask-actor', 'bench-actor', 'misspelt']),
    times: dice.pick([1, 1, 2]),
    everyMs: dice.pick([200, 2_000]),
  }),
  'door-events': (dice, shape) => ({
    ...ends(dice, shape),
    times: dice.pick([5, 15, 40]),
    everyMs: dice.pick([50, 300, 1_000]),
  }),
  'door-trace': (dice, shape) => ({
    ...ends(dice, shape),
    pattern: dice.pick(['**', '/links/*', '/file-sync', '/keep-alive', '/nobody']),
    watchers: dice.pick([1, 1, 2, 6]),
    times: dice.pick([3, 10]),
    // One that is not asked for so long is over.
    everyMs: dice.pick([100, 1_000, 1_000, 11_000]),
  }),
  'door-program': (dice, { names }) => ({
    node: dice.pick(names),
    command: dice.pick([
      ...(['get_nodes', 'get_nodes', 'get_health', 'get_config', 'get_hash', 'echo-c'] as const),
      ...(['sendsync', 'sendsync', 'dapi', 'nonsense'] as const),
    ]),
    piece: dice.pick([1, 1, 7, 20, 1_000]),
    times: dice.pick([1, 2, 4]),
    everyMs: dice.pick([50, 1_000]),
  }),
  'door-rogue': (dice, { names }) => ({
    node: dice.pick(names.slice(1)),
    of: dice.pick(names),
    order: dice.pick(orders),
  }),
};
