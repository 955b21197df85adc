/** What exactly happens to HAProxy: the fields of a deed, from its own dice. */
import type { Dice } from '../dice.ts';
import type { FieldsOf, HaproxyKind } from './deed.ts';
import type { Shape } from './draw-workload.ts';

type Draws<K extends HaproxyKind> = { readonly [P in K]: (dice: Dice, shape: Shape) => FieldsOf<P> };

const forMs = (dice: Dice): number => dice.pick([500, 3_000, 8_000, 15_000]);

export const drawHaproxyDeed: Draws<HaproxyKind> = {
  'lb-end': (dice) => ({
    how: dice.pick(['kill', 'restart', 'reload']),
    downMs: dice.pick([0, 500, 3_000, 8_000]),
  }),
  'lb-away': (dice) => ({ how: dice.pick(['refused', 'silent']), forMs: forMs(dice) }),
  'lb-answers': (dice) => ({
    how: dice.pick(['garbage', 'html', 'cut-short', 'slow', 'empty', 'huge', 'done-unanswered']),
    // At 1 nothing gets as far as a step.
    probability: dice.pick([0.2, 0.3, 0.5, 1]),
    forMs: dice.pick([3_000, 8_000, 15_000]),
  }),
  'lb-edit': (dice, { names }) => ({
    node: dice.pick(names),
    what: dice.pick(['maint', 'drain', 'ready', 'weight', 'address', 'delete', 'unchecked']),
  }),
  'lb-agents': (dice) => ({ change: dice.pick(['arrive', 'arrive', 'depart']), count: dice.pick([1, 2, 5, 10]) }),
  'lb-drain': (dice, { names }) => ({ node: dice.pick(names), forMs: dice.pick([3_000, 10_000, 20_000, 40_000]) }),
  'port-down': (dice, { names }) => ({ node: dice.pick(names), forMs: dice.pick([1_000, 5_000, 15_000]) }),
};
