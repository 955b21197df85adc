import { type Failure, failedAgain } from '../trouble.ts';
import type { Troubled } from './messages.ts';
import { report, type State, type Step, step } from './state.ts';

/** An ask that fails because its link closes is the first to fail, and no news. */
const quietFailures = { master: 1, store: 0, manager: 0 } as const;

/** `of` failed: when it is tried again is later each time. */
export function failed(state: State, of: Troubled, failure: Failure, now: number): Step {
  const { trouble, news } = failedAgain(state.troubles.get(of), failure, now, quietFailures[of]);
  const troubles = new Map(state.troubles).set(of, trouble);
  return step({ ...state, troubles }, ...(news ? [report({ type: 'trouble', of, ...failure })] : []));
}

/** `of` did what it was asked. */
export function well(state: State, of: Troubled): Step {
  const trouble = state.troubles.get(of);
  if (trouble === undefined) return step(state);
  const troubles = new Map([...state.troubles].filter(([other]) => other !== of));
  return step({ ...state, troubles }, ...(trouble.told ? [report({ type: 'trouble-over', of })] : []));
}

/** Whether `of` is not to be asked now. */
export const rests = ({ troubles }: State, of: Troubled, now: number): boolean => (troubles.get(of)?.until ?? 0) > now;
