import { type Failure, failedAgain } from '../trouble.ts';
import type { Troubled } from './messages.ts';
import { report, type State, type Step, step } from './state.ts';

/** `of` failed: when it is tried again is later each time. Told when it is news. */
export function failed(state: State, of: Troubled, failure: Failure, now: number): Step {
  const before = state.troubles.get(of);
  const troubles = new Map(state.troubles).set(of, failedAgain(before, failure, now));
  const news = before?.code !== failure.code;
  return step({ ...state, troubles }, ...(news ? [report({ type: 'trouble', of, ...failure })] : []));
}

/** `of` did what it was asked. */
export function well(state: State, of: Troubled): Step {
  if (!state.troubles.has(of)) return step(state);
  const troubles = new Map([...state.troubles].filter(([other]) => other !== of));
  return step({ ...state, troubles }, report({ type: 'trouble-over', of }));
}

/** Whether `of` is not to be asked now. */
export const rests = ({ troubles }: State, of: Troubled, now: number): boolean => (troubles.get(of)?.until ?? 0) > now;
