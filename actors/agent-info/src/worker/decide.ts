import { freshFaults } from '../faults.ts';
import { keysChanged, keysReadAgain, straysFound } from '../removals.ts';
import { advance, andThen, numbersOf, roundDue } from './advance.ts';
import { amended, answered, checked, compared, confirmed, tookOver } from './answers.ts';
import type { AgentReporterMessage, ReporterView } from './messages.ts';
import { type Effect, type Own, type ReporterLimits, report, type State, type Step, step } from './state.ts';
import { failed, well } from './troubles.ts';

/** One step of the reporter. Pure; `now` is milliseconds on a monotonic scale. */
export function decide(state: State, message: AgentReporterMessage | Own, now: number, limits: ReporterLimits): Step {
  if (message.type === 'get-state') return step(state, { type: 'reply', to: message.replyTo, view: viewOf(state) });
  return advance(take(state, message, now, limits), now, limits);
}

type Taken = Exclude<AgentReporterMessage | Own, { readonly type: 'get-state' }>;

/** What the message itself changes; all that follows from it is `advance`'s. */
function take(state: State, message: Taken, now: number, limits: ReporterLimits): Step {
  switch (message.type) {
    case 'changed':
      return step({ ...state, lookAgain: true });
    case 'begin':
      return step(state, { type: 'survey' }, ...(state.linked ? [countBacklog(state.link)] : []));
    case 'tick':
      return tick(state, now, limits);
    case 'wake':
      return step({ ...state, wakeAt: undefined });
    case 'observed':
      return observed(state, message);
    case 'look-failed':
      return failed({ ...state, looking: false, lookAgain: true }, message.of, message.failure, now);
    case 'linked':
      return linked(state, now);
    case 'unlinked':
      return step({ ...withoutAsk(state), linked: false });
    case 'moved':
      return moved(state, message.number, message.ids);
    case 'moves-stored':
      return step(message.link === state.link ? { ...state, movedStored: message.number } : state);
    case 'differ':
      return step({ ...state, differs: true });
    case 'keys-changed':
      return keys(state, message, now);
    case 'keys-read':
      return step({ ...state, removals: keysReadAgain(state.removals) });
    case 'removed':
      return removed(state, message);
    case 'surveyed':
      return surveyed(state, message, now);
    case 'resent':
      return well({ ...state, mayWait: true, unknown: without(state.unknown, message.ids) }, 'store');
    default:
      return takeAnswer(state, message, now);
  }
}

type AnswerMessage = Extract<
  Own,
  {
    readonly type:
      | 'backlog'
      | 'nothing-unsent'
      | 'taken'
      | 'confirmed'
      | 'checked'
      | 'compared'
      | 'amended'
      | 'ask-failed'
      | 'store-failed';
  }
>;

function takeAnswer(state: State, message: AnswerMessage, now: number): Step {
  switch (message.type) {
    case 'backlog':
      return backlogCounted(state, message.link, message.count, now);
    case 'nothing-unsent':
      return tookOver(state, message.link, { ...state, exchange: undefined, batch: state.batch - 1, backlog: 0 }, now);
    case 'taken':
      return answered(state, message, now);
    case 'confirmed':
      return confirmed(state, message.link, message.batch, now);
    case 'checked':
      return checked(state, message.link, message.differing);
    case 'compared':
      return compared(state, message.link, message.taken);
    case 'amended':
      return amended(state);
    case 'ask-failed':
      return message.link === state.link ? failed(withoutAsk(state), 'master', message.failure, now) : step(state);
    case 'store-failed':
      return storeFailed(state, message, now);
  }
}

function tick(state: State, now: number, limits: ReporterLimits): Step {
  const isFull = now >= state.fullAt;
  const lookAgain = state.lookAgain || isFull || !limits.hinted;
  const next = { ...state, lookAgain, fullAt: isFull ? now + limits.fullMs : state.fullAt };
  return andThen(roundDue(next, now, limits), (after) =>
    isFull && after.unknown.size > 0 ? step(after, { type: 'resend', ids: [...after.unknown] }) : step(after),
  );
}

function observed(state: State, { count, faults, more }: Extract<Own, { readonly type: 'observed' }>): Step {
  const { told, fresh } = freshFaults(state.told, faults);
  const mayWait = state.mayWait || count > 0;
  const next: State = { ...state, looking: false, lookAgain: state.lookAgain || more, told, mayWait };
  const isWell = andThen(well(next, 'manager'), (after) => well(after, 'store'));
  return fresh.length === 0 ? isWell : step(isWell.state, ...isWell.effects, report({ type: 'faults', faults: fresh }));
}

/** A new link: what is unsent is sent, and nothing else. */
function linked(state: State, now: number): Step {
  const link = state.link + 1;
  const troubles = new Map(
    [...state.troubles].map(([of, trouble]) => [of, of === 'master' ? { ...trouble, until: now } : trouble]),
  );
  const next: State = {
    ...withoutAsk(state),
    ...{ linked: true, link, troubles, mayWait: true, linkedAt: now },
    ...{ batch: 0, confirmed: 0, movedSeen: 0, movedStored: 0, differs: false },
    ...{ backlog: undefined, firstBacklog: undefined, lastTurn: 'descent' as const },
  };
  return step(next, countBacklog(link));
}

const countBacklog = (link: number): Effect => ({ type: 'count-backlog', link });

/** Without the ask that is open. An answer that is being written down goes on. */
function withoutAsk(state: State): State {
  const { exchange } = state;
  const keeps = exchange !== undefined && exchange.type !== 'check' && exchange.storing;
  return { ...state, exchange: keeps ? exchange : undefined, descent: undefined, mayWait: true };
}

function backlogCounted(state: State, link: number, count: number, now: number): Step {
  if (link !== state.link || state.backlog !== undefined) return step(state);
  return tookOver(state, link, { ...state, backlog: count, firstBacklog: count }, now);
}

/**
 * A number that does not follow on the one before: messages were lost, and what they said is found by comparing.
 * One that comes late is not written down: the agents may have come back since.
 */
function moved(state: State, number: number, ids: readonly number[]): Step {
  const { exchange, link, movedSeen } = state;
  const differs = state.differs || number !== movedSeen + 1;
  if (number <= movedSeen) return step({ ...state, movedSeen: number, movedStored: number, differs });
  const noted: State =
    exchange?.type === 'batch' && exchange.link === link && !exchange.storing
      ? { ...state, exchange: { ...exchange, moves: [...exchange.moves, { number, ids }] } }
      : state;
  return step({ ...noted, movedSeen: number, differs }, { type: 'store-moves', link, number, ids });
}

function keys(state: State, change: Extract<AgentReporterMessage, { type: 'keys-changed' }>, now: number): Step {
  const removals = keysChanged(state.removals, change, now);
  // The master may have been told of them before they were registered.
  const before = state.removals.held?.ids;
  const known = change.added.filter((id) => state.unknown.has(id) || before?.has(id) === true);
  const held = removals.held;
  const isNews = held !== undefined && held.ids.size !== state.removals.held?.ids.size;
  // The manager may have seen them already, when nobody knew who they were.
  const lookAgain = state.lookAgain || change.added.length > 0;
  return step(
    { ...state, removals, lookAgain },
    ...(known.length === 0 ? [] : [{ type: 'resend' as const, ids: known }]),
    ...(isNews ? [report({ type: 'removals-held', count: held.ids.size, of: held.of })] : []),
  );
}

function removed(state: State, { ids, count, faults }: Extract<Own, { readonly type: 'removed' }>): Step {
  const due = new Set([...state.removals.due].filter((id) => !ids.has(id)));
  const unknown = without(state.unknown, ids);
  const { told, fresh } = freshFaults(state.told, faults);
  const removals = { ...state.removals, due };
  // Of one that has the id of another now its manager says again what it said too early.
  const lookAgain = state.lookAgain || count > 0;
  const next: State = { ...state, removing: false, mayWait: true, lookAgain, removals, unknown, told };
  const isWell = well(next, 'store');
  const counted = count === 0 ? [] : [report({ type: 'removed', count })];
  const events = fresh.length === 0 ? counted : [...counted, report({ type: 'faults', faults: fresh })];
  return step(isWell.state, ...isWell.effects, ...events);
}

/** Agents of earlier runs: those not in client.keys any more go when it says so again, and those that the master does not hold from us are tried once. */
function surveyed(
  state: State,
  { strays, unheld, of }: Extract<Own, { readonly type: 'surveyed' }>,
  now: number,
): Step {
  const next: State = { ...state, removals: straysFound(state.removals, strays, of, now) };
  return unheld.length === 0 ? step(next) : step(next, { type: 'resend', ids: unheld });
}

function storeFailed(
  state: State,
  { doing, failure }: Extract<Own, { readonly type: 'store-failed' }>,
  now: number,
): Step {
  switch (doing) {
    case 'confirm':
      // Unconfirmed: it is sent again, and is no news to the master then.
      return failed({ ...state, exchange: undefined, mayWait: true }, 'store', failure, now);
    case 'amend':
      return failed({ ...state, exchange: undefined, descent: undefined, differs: true }, 'store', failure, now);
    case 'moves':
      return failed({ ...state, differs: true }, 'store', failure, now);
    case 'remove':
      return failed({ ...state, removing: false }, 'store', failure, now);
    case 'reread': {
      const { due, held } = state.removals;
      const again = held === undefined ? held : { ...held, rereading: false, at: now };
      return failed({ ...state, removals: { due, held: again } }, 'store', failure, now);
    }
    case 'resend':
    case 'survey':
      return failed(state, 'store', failure, now);
  }
}

const without = (ids: ReadonlySet<number>, gone: Iterable<number>): ReadonlySet<number> => {
  if (ids.size === 0) return ids;
  const left = new Set(ids);
  for (const id of gone) left.delete(id);
  return left.size === ids.size ? ids : left;
};

const viewOf = (state: State): Omit<ReporterView, 'unsent'> => ({
  ...numbersOf(state),
  linked: state.linked,
  doing: state.exchange === undefined ? 'nothing' : state.exchange.type === 'batch' ? 'sending' : 'comparing',
  unknown: state.unknown.size,
  troubles: [...state.troubles].map(([of, { code, text }]) => ({ of, code, text })),
});
