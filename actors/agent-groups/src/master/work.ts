/** Beginning a piece of work: one at a time. */
import type { Assignment } from '../ports.ts';
import { type Effect, type State, type Step, step, type Work } from './state.ts';

export const idle: Work = { type: 'idle' };

export function begin(state: State, work: Work, effect: (number: number) => Effect): Step {
  const number = state.number + 1;
  return step({ ...state, work, number }, [effect(number)]);
}

export type Answers = Extract<Work, { readonly type: 'writing' }>['answers'];

export const write = (state: State, assignments: readonly Assignment[], answers: Answers = []): Step =>
  assignments.length === 0 && answers.length === 0
    ? step(state)
    : begin(state, { type: 'writing', answers }, (number) => ({ type: 'write', number, assignments }));
