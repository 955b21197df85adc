/** Reads of logs, one at a time: each takes some 20 MB and some 0.1 s. */
import { inTurn } from '../files/in-turn.ts';
import { refuse } from '../inspect/refuse.ts';

/** That wait or are under way. Whoever asked behind more of them has given up before its turn comes. */
export const mostReads = 8;

/** `read`, called one at a time in the order of the calls; beyond `mostReads` they are refused at once (`overloaded`). */
export function inFewTurns<Args extends readonly unknown[], T>(
  read: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  const inOrder = inTurn(read);
  let taken = 0;
  return async (...args) => {
    if (taken >= mostReads)
      throw refuse('overloaded', `${mostReads} questions for lines of logs wait already. Ask again in a moment.`);
    taken += 1;
    try {
      return await inOrder(...args);
    } finally {
      taken -= 1;
    }
  };
}
