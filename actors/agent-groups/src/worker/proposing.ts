/** Asking the master to adopt what was chosen here for agents that have no assignment. */
import type { Assignment } from '../ports.ts';
import { backOffMs } from '../words.ts';
import { type ProposalAnswer, report, type State, type Step, step, type Wish } from './state.ts';

/** Asked at once: the master looks at neighbours together. */
const atOnce = 16;

/** Those that are due, the lowest ids first. */
export const dueWishes = ({ wishes }: State, now: number): readonly Assignment[] =>
  [...wishes]
    .filter(([, { until }]) => until <= now)
    .sort(([a], [b]) => a - b)
    .slice(0, atOnce)
    .map(([id, { groups }]) => ({ id, groups }));

/** When the next is due; undefined: there is none. */
export const nextWishAt = ({ wishes }: State): number | undefined => {
  let first: number | undefined;
  for (const { until } of wishes.values()) if (first === undefined || until < first) first = until;
  return first;
};

/** What was settled is wished no more; what was not is asked again later. */
export function answered(state: State, answers: readonly ProposalAnswer[], now: number): Step {
  const wishes = new Map(state.wishes);
  const events = [];
  for (const answer of answers) {
    const { id } = answer;
    const outcome = settledBy(answer);
    const wish = wishes.get(id);
    if (outcome !== undefined) {
      wishes.delete(id);
      events.push(report({ type: 'proposed', id, outcome }));
    } else if (wish !== undefined) wishes.set(id, later(wish, now));
  }
  const faults = answers.flatMap((answer) => ('fault' in answer ? [answer.fault] : [])).slice(0, 1);
  return step({ ...state, wishes }, [...events, ...faults.map((fault) => report({ type: 'fault', fault }))]);
}

function settledBy(answer: ProposalAnswer): 'adopted' | 'kept' | undefined {
  if ('fault' in answer || answer.answer.id !== answer.id) return undefined;
  const { outcome, groups } = answer.answer;
  return outcome === 'unknown' || groups.length === 0 ? undefined : outcome;
}

const later = ({ groups, attempts }: Wish, now: number): Wish => ({
  groups,
  attempts: attempts + 1,
  until: now + backOffMs(attempts + 1),
});
