/** What a piece of work came to. */
import type { GroupsFault } from '../ports.ts';
import { troubleAfter } from '../words.ts';
import { assigned } from './answers.ts';
import { pageRead } from './listing.ts';
import { noteWritten } from './pushing.ts';
import {
  type AuthorityLimits,
  type Effect,
  type Own,
  report,
  type State,
  type Step,
  step,
  then,
  type Work,
  type World,
} from './state.ts';
import { idle, write } from './work.ts';

export type Outcome = Extract<Own, { readonly number: number }>;

export function outcome(before: State, message: Outcome, world: World, limits: AuthorityLimits): Step {
  const state: State = { ...before, work: idle };
  switch (message.type) {
    case 'page': {
      const judged = pageRead(state, message.page, world, limits);
      return then(judged, (next) => write(next, judged.changed));
    }
    case 'adoptions': {
      const { proposals } = before.work as Extract<Work, { readonly type: 'adopting' }>;
      const adoptions = new Map(message.adoptions.map((adoption) => [adoption.id, adoption]));
      const answers = proposals.flatMap((proposal) => {
        const adoption = adoptions.get(proposal.id);
        return adoption === undefined ? [] : [{ proposal, adoption }];
      });
      const assignments = message.adoptions.filter(({ outcome }) => outcome !== 'failed');
      return write({ ...state, adoptedLast: true }, assignments, answers);
    }
    case 'written':
      return written(before, message.rows, world, limits);
    case 'failed':
      return failed(before, message.fault, world.now);
  }
}

function written(
  before: State,
  rows: readonly { readonly id: number; readonly version: number }[],
  { held }: World,
  limits: AuthorityLimits,
): Step {
  const { answers } = before.work as Extract<Work, { readonly type: 'writing' }>;
  const adopted = answers.filter(({ adoption }) => adoption.outcome === 'adopted').map(({ adoption }) => adoption);
  const state = noteWritten({ ...before, work: idle }, rows, limits);
  const replies = answers.map(({ proposal, adoption }): Effect => {
    const value = assigned(proposal, adoption.outcome === 'adopted' ? 'adopted' : 'kept', held);
    return { type: 'reply-assigned', to: proposal.replyTo, value };
  });
  const events = [
    ...(rows.length > 0 ? [report({ type: 'changed', agents: rows.length, version: held.version() })] : []),
    ...adopted.map(({ id, groups }) => report({ type: 'adopted', id, groups })),
  ];
  const counted = { changes: state.changes + rows.length, adopted: state.adopted + adopted.length };
  return step({ ...state, ...counted }, [...replies, ...events]);
}

/** A listing that was cut says nothing; a proposal is answered "not now". */
export function failed(before: State, fault: GroupsFault, now: number): Step {
  const { work } = before;
  const trouble = troubleAfter(before.trouble, fault, now);
  const proposals =
    work.type === 'adopting' ? work.proposals : work.type === 'writing' ? work.answers.map((a) => a.proposal) : [];
  const replies = proposals.map(
    ({ id, replyTo }): Effect => ({
      type: 'reply-assigned',
      to: replyTo,
      value: { type: 'groups-assigned', id, version: 0, outcome: 'kept', groups: [] },
    }),
  );
  return step(
    {
      ...before,
      work: idle,
      listing: undefined,
      trouble,
      listAt: Math.min(before.listAt, trouble.until),
      number: before.number + 1,
    },
    [...replies, report({ type: 'fault', fault })],
  );
}
