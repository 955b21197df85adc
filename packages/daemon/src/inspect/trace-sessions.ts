/** Live messages for those who watch: each session collects between two questions, within bounds, and ends when nobody asks. */
import type { ActorSystem, Clock, TraceRow } from '@muster/actor';
import { clip, type GetTrace, MAX_TRACE_ROWS, type Trace } from '@muster/protocol';
import { fitRows } from '../views/fit.ts';
import { refuse } from './refuse.ts';
import { ago, shortShown, shownText } from './shown.ts';
import { pathMatcher } from './trace-pattern.ts';

export interface TraceSessions {
  /** Opens a session, or takes what one collected. One that is over, or is of another pattern, is opened anew under another number. Where there are `mostSessions`, one that another node opened gives way to whoever asks here. */
  readonly ask: (query: Omit<GetTrace, 'type'>, ofPeer?: boolean) => Trace;
  readonly close: () => void;
}

/** More people do not debug one node at once; each costs a message that fits some microseconds. */
export const mostSessions = 4;
/** Rows that wait for the next question: five seconds of what is shown. */
export const mostWaiting = 1_000;
/** Rows of one second: more than anybody reads, little enough that a flood costs the node next to nothing. */
export const mostPerSecond = 200;
/** Without a question, ms. */
export const idleMs = 10_000;
/** How long it is believed how many actors fit, ms: counting looks at all there are. */
const countedForMs = 1_000;

type Row = Omit<Trace['rows'][number], 'agoMs'> & { readonly at: number };

interface Session {
  readonly number: number;
  readonly pattern: string;
  readonly ofPeer: boolean;
  readonly match: (path: string) => boolean;
  /** Oldest first. */
  readonly waiting: Row[];
  dropped: number;
  /** When the running second began, and the rows taken in it. */
  second: number;
  taken: number;
  counted: { readonly at: number; readonly actors: number } | undefined;
  /** Ends the trace and its timer. */
  end: () => void;
  cancel: () => void;
}

type Traced = Pick<ActorSystem, 'trace' | 'inspect'>;

/** `firstNumber`, asked for once: so that a client of the node's last life is not taken for one of this. */
export function openTraceSessions(system: Traced, clock: Clock, firstNumber: () => number): TraceSessions {
  const sessions = new Map<number, Session>();
  let last: number | undefined;
  const end = (session: Session): void => {
    sessions.delete(session.number);
    session.cancel();
    session.end();
  };
  const makeRoom = (ofPeer: boolean): void => {
    if (sessions.size < mostSessions) return;
    const yielding = [...sessions.values()].find((session) => session.ofPeer);
    if (ofPeer || yielding === undefined) throw tooMany();
    end(yielding);
  };
  const open = (pattern: string, ofPeer: boolean): Session => {
    const match = pathMatcher(pattern);
    makeRoom(ofPeer);
    last = last === undefined ? firstNumber() : last + 1;
    const session = newSession({ number: last, pattern, ofPeer, match }, clock.now());
    session.end = system.trace(match, (row) => take(session, row, clock.now()));
    sessions.set(session.number, session);
    return session;
  };
  return {
    ask: ({ pattern, session: number }, ofPeer = false) => {
      const found = number === undefined ? undefined : sessions.get(number);
      const session = found?.pattern === pattern ? found : open(pattern, ofPeer);
      session.cancel();
      session.cancel = clock.after(idleMs, () => end(session));
      return answered(session, system, clock.now());
    },
    close: () => {
      for (const session of [...sessions.values()]) end(session);
    },
  };
}

type Opening = Pick<Session, 'number' | 'pattern' | 'ofPeer' | 'match'>;

function newSession(opening: Opening, now: number): Session {
  const nothing = (): void => {};
  return {
    ...opening,
    ...{ waiting: [], dropped: 0, second: now, taken: 0, counted: undefined },
    ...{ end: nothing, cancel: nothing },
  };
}

/** Called inside the kernel, for each message that fits. */
function take(session: Session, { at, path, type, message, waitMs, handlingMs }: TraceRow, now: number): void {
  if (now - session.second >= 1_000) {
    session.second = now;
    session.taken = 0;
  }
  if (session.taken >= mostPerSecond) {
    session.dropped += 1;
    return;
  }
  session.taken += 1;
  const shown = shownText(message());
  session.waiting.push({ at, path, message: clip(type, 256), shown, waitMs: Math.max(0, waitMs), handlingMs });
  if (session.waiting.length <= mostWaiting) return;
  session.waiting.shift();
  session.dropped += 1;
}

function answered(session: Session, system: Traced, now: number): Trace {
  const next = session.waiting
    .slice(0, MAX_TRACE_ROWS)
    .map(({ at, ...row }): Trace['rows'][number] => ({ agoMs: ago(now, at), ...row }));
  const rows = fitRows(next, shortShown);
  session.waiting.splice(0, rows.length);
  const { number, dropped } = session;
  session.dropped = 0;
  return { type: 'trace', session: number, rows, dropped, actors: actorsOf(session, system, now) };
}

function actorsOf(session: Session, system: Traced, now: number): number {
  if (session.counted === undefined || now - session.counted.at >= countedForMs) {
    const actors = system.inspect().filter(({ kind, path }) => kind === 'actor' && session.match(path)).length;
    session.counted = { at: now, actors };
  }
  return session.counted.actors;
}

const tooMany = (): Error =>
  refuse(
    'too-many-traces',
    `${mostSessions} traces are open on this node already; one ends when it is not asked for ${idleMs / 1_000} s.`,
  );
