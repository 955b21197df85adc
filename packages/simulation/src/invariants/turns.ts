/**
 * One turn at a time: the scheduler gives no mailbox a turn while another turn is on the stack. What goes on
 * inside a turn is not seen from here: whether handlers overlap there is the part of the probes.
 */
import type { ProcessChange } from '../happenings.ts';
import type { World } from '../world/world.ts';

export interface Turns {
  turn(node: string, mailbox: string, what: 'begins' | 'ends'): void;
  process(change: ProcessChange): void;
}

export function openTurns(world: World): Turns {
  /** Nothing runs beside a turn, so that one variable holds all that are on. */
  let node: string | undefined;
  let mailbox = '';
  return {
    turn: (on, name, what) => {
      if (what === 'begins' && node !== undefined)
        world.violate(
          'one-turn-at-a-time',
          `a turn of ${name} on ${on} began while one of ${mailbox} on ${node} was on`,
        );
      node = what === 'begins' ? on : undefined;
      mailbox = name;
    },
    process: (change) => {
      // A process that dies in a turn does not end it.
      if (change.node === node && change.what !== 'paused') node = undefined;
    },
  };
}
