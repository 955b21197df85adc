/** Who gives actors their turns: the seed. */
import type { Scheduler } from '@muster/actor';
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import type { Settings } from '../plan/settings.ts';

type TurnListener = (mailbox: string, what: 'begins' | 'ends') => void;

/** Each wake is a happening of its own: among all that is ready in the cluster the seed picks, and some come late. */
export function seededScheduler(host: Host, dice: Dice, late: Settings['lateTurns'], told: TurnListener): Scheduler {
  return {
    mailbox: (name, drain) => {
      const what = `turn ${name}`;
      let closed = false;
      const run = (): void => {
        if (closed) return;
        told(name, 'begins');
        drain();
        told(name, 'ends');
      };
      return {
        wake: () => {
          if (closed) return;
          if (late.chance > 0 && dice.chance(late.chance)) host.after(dice.between(0, late.maxMs), what, run);
          else host.ready(what, run);
        },
        close: () => {
          closed = true;
        },
      };
    },
  };
}
