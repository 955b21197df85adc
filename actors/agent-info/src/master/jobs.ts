/** What became of the one write to the store that was under way. */
import type { MergeOutcome, NodeName } from '@muster/protocol';
import type { Failure } from '../trouble.ts';
import type { MergeCounts } from './messages.ts';
import { type Effect, type Job, noCounts, type Own, report, type State, type Step, step } from './state.ts';

const idsNamed = 5;

type AskJob = Extract<Job, { readonly type: 'ask' }>;

const askJob = ({ job }: State): AskJob => {
  if (job?.type !== 'ask') throw new Error(`bug: the outcome of an ask while the job is ${job?.type}`);
  return job;
};

/** A batch is committed: the sender hears so, and then every node that lost an agent to it. */
export function merged(state: State, message: Extract<Own, { readonly type: 'merged' }>, now: number): Step {
  const { peer, link, ask } = askJob(state);
  const { outcome, updates, changed, moved } = message;
  const linked = state.links.get(peer);
  const isLate = linked?.link !== link;
  const links = new Map(state.links);
  if (!isLate && ask.type === 'statuses') links.set(peer, { ...linked, merged: ask.batch.batch });
  const delta = {
    batches: 1,
    updates,
    lost: outcome.lost.length,
    unknown: outcome.unknown.length,
    late: isLate ? 1 : 0,
  };
  const next: State = {
    ...state,
    links,
    job: undefined,
    mayPublish: state.mayPublish || changed,
    counts: sum(state.counts, delta),
    rounds: withRound(state, peer, delta, now),
  };
  const told = tellMoved(next, peer, moved);
  return step(told.state, ...answerTo(state, outcome), ...unknownOf(peer, outcome), ...told.effects);
}

/** The node's view of one bucket is compared. */
export const compared = (state: State, outcome: MergeOutcome): Step =>
  step({ ...state, job: undefined }, ...answerTo(state, outcome));

/** Answers the ask of the present job. Of a link that is gone the answer goes nowhere. */
function answerTo(state: State, { lost, wanted, unknown }: MergeOutcome): readonly Effect[] {
  const { peer, link, ask } = askJob(state);
  const linked = state.links.get(peer);
  if (ask.type === 'check') throw new Error('bug: a check is no job');
  const moved = linked?.link === link ? linked.moved : 0;
  return [
    {
      type: 'answer',
      ask,
      taken: { type: 'agents-taken', moved, lost: [...lost], wanted: [...wanted], unknown: [...unknown] },
    },
  ];
}

function unknownOf(peer: NodeName, { unknown }: MergeOutcome): readonly Effect[] {
  if (unknown.length === 0) return [];
  return [report({ type: 'unknown', peer, count: unknown.length, ids: unknown.slice(0, idsNamed) })];
}

function tellMoved(state: State, winner: NodeName, moved: ReadonlyMap<NodeName, readonly number[]>): Step {
  const effects: Effect[] = [];
  const links = new Map(state.links);
  for (const [loser, ids] of moved) {
    const link = links.get(loser);
    if (link === undefined || loser === winner || ids.length === 0) continue;
    const number = link.moved + 1;
    links.set(loser, { ...link, moved: number });
    effects.push({ type: 'send-moved', to: loser, message: { type: 'agents-moved', number, ids: [...ids] } });
  }
  return step({ ...state, links }, ...effects);
}

/** The sender broke the protocol. */
export function unreadable(state: State, text: string): Step {
  const { peer, ask } = askJob(state);
  return step(
    { ...state, job: undefined },
    { type: 'refuse', ask, code: 'bad-batch', text },
    report({ type: 'bad-batch', peer, text }),
  );
}

/** Nothing was changed: whoever asked asks again, and what is due is done again. */
export function jobFailed(state: State, { code, text }: Failure): Step {
  const { job } = state;
  if (job?.type !== 'ask') return step({ ...state, job: undefined });
  const failure = `the master's store did not take it (${code}): ${text}`;
  return step({ ...state, job: undefined }, { type: 'refuse', ask: job.ask, code: 'store-failed', text: failure });
}

const sum = (one: MergeCounts, other: MergeCounts): MergeCounts => ({
  batches: one.batches + other.batches,
  updates: one.updates + other.updates,
  lost: one.lost + other.lost,
  unknown: one.unknown + other.unknown,
  late: one.late + other.late,
});

function withRound({ rounds }: State, peer: NodeName, delta: MergeCounts, now: number): State['rounds'] {
  const { since, counts } = rounds.get(peer) ?? { since: now, counts: noCounts };
  return new Map(rounds).set(peer, { since, counts: sum(counts, delta) });
}
