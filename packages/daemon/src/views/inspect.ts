/** What the inspector is answered: actors from inside, what they handle, and what an operator does to them. */
import { type ActorSystem, ask, type Clock, offer, redacted } from '@muster/actor';
import type { ControlAnswers } from '@muster/control';
import { type ActorDetail, clip, type DeadLetterList, MAX_VIEW_ROWS, type Role } from '@muster/protocol';
import { actorAt, seenAt } from '../inspect/actor-at.ts';
import { benchActor } from '../inspect/bench.ts';
import { operationsAt } from '../inspect/operations/catalogue.ts';
import { choose } from '../inspect/operations/choose.ts';
import { openRecentKeeper, type RecentKeeper } from '../inspect/recent-messages.ts';
import { refuse } from '../inspect/refuse.ts';
import { ago, shortShown, shownText } from '../inspect/shown.ts';
import { openTraceSessions } from '../inspect/trace-sessions.ts';
import { fitNewest, fitRows } from './fit.ts';
import { actorRow, shortActor } from './rows.ts';

export type InspectViews = Pick<
  ControlAnswers,
  'actor' | 'deadLetters' | 'trace' | 'restart' | 'crash' | 'tellActor' | 'askActor' | 'bench'
>;

export interface InspectSources {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly role: Role;
  /** A number that the node's last life did not begin with: of trace sessions. Asked for once, if ever. */
  readonly firstTrace: () => number;
  /** An operator did this, in plain words: `/integrity was restarted`. It is logged, and an event. */
  readonly operated: (text: string) => void;
}

/** What looks on goes on between two questions, so it has to end with the node. */
export interface Inspecting {
  readonly views: InspectViews;
  /** Takes every timer and trace back. */
  readonly close: () => void;
}

/** What is shown of children and of messages, bytes: together with a state they fit a frame. */
const childBytes = 96 * 1024;
const messageBytes = 64 * 1024;
/** An operator waits; the control actor gives up after 10 s. */
const answerMs = 5_000;

export function openInspecting(sources: InspectSources): Inspecting {
  const { system, clock, operated } = sources;
  const recent = openRecentKeeper(system, clock);
  const traces = openTraceSessions(system, clock, sources.firstTrace);
  return {
    views: {
      actor: (path) => detail(sources, recent, path),
      deadLetters: () => deadLetters(sources),
      trace: traces.ask,
      crash: (path) => {
        if (!system.crash(path, new Error('crashed on request'))) throw notRunning(system, path);
        operated(`${path} was crashed`);
      },
      restart: async (path) => {
        actorAt(system, path);
        if (!(await system.restart(path))) throw notRestarted(path);
        operated(`${path} was restarted`);
      },
      tellActor: (path, text) => tellIt(sources, path, text),
      askActor: (path, text) => askIt(sources, path, text),
      bench: (path, count) => benchActor(system, clock, path, count),
    },
    close: () => {
      recent.close();
      traces.close();
    },
  };
}

function detail({ system, clock, role }: InspectSources, recent: RecentKeeper, path: string): ActorDetail {
  const { row, children } = seenAt(system, path, MAX_VIEW_ROWS);
  const now = clock.now();
  const state = system.state(path);
  const messages = recent.look(path).map(({ at, type, message, handlingMs }) => ({
    ...{ agoMs: ago(now, at), type: clip(type, 256), shown: shownText(message), handlingMs },
  }));
  return {
    type: 'actor',
    row: actorRow(row),
    upMs: ago(now, row.startedAt),
    ...{ capacity: row.capacity, overflowed: row.overflowed, inFlight: row.inFlight },
    ...(state === undefined ? {} : { state: shownText(state) }),
    children: fitRows(children.map(actorRow), shortActor, childBytes),
    messages: fitNewest(messages, shortShown, messageBytes),
    ...(row.lastError === undefined ? {} : { lastErrorAgoMs: ago(now, row.lastError.at) }),
    operations: operationsAt(path, role).map(({ form, type, about, example }) => ({
      ...{ form, type, about, example: JSON.stringify(example) },
    })),
  };
}

function deadLetters({ system, clock }: InspectSources): DeadLetterList {
  const now = clock.now();
  const { count, last } = system.deadLetters();
  const rows = last.map(({ at, to, type, message, reason }) => ({
    ...{ agoMs: ago(now, at), to: clip(to, 512), message: clip(type, 256), shown: shownText(message), reason },
  }));
  return { type: 'dead-letters', count, rows: fitNewest(rows, shortShown) };
}

function tellIt({ system, role, operated }: InspectSources, path: string, text: string): void {
  actorAt(system, path);
  const { message } = choose(path, role, 'tell', text);
  const ref = system.refOf(path);
  if (ref === undefined || !offer(ref, message)) throw full(path);
  operated(`${path} was told ${brief(message)}`);
}

async function askIt({ system, clock, role, operated }: InspectSources, path: string, text: string) {
  actorAt(system, path);
  const { message } = choose(path, role, 'ask', text);
  const ref = system.refOf(path);
  if (ref === undefined) throw full(path);
  const began = clock.now();
  operated(`${path} was asked ${brief(message)}`);
  const answer = await ask<unknown, unknown>(ref, (replyTo) => ({ ...message, replyTo }), answerMs);
  return { type: 'actor-answer' as const, shown: shownText(redacted(answer)), tookMs: clock.now() - began };
}

const brief = (message: object): string => clip(JSON.stringify(message), 200);

function notRunning(system: ActorSystem, path: string): Error {
  const { status } = actorAt(system, path);
  return refuse('not-running-now', `${path} is ${status} now: there is nothing to crash.`);
}
const notRestarted = (path: string): Error =>
  refuse('not-restarted', `${path} is not restarted by hand: it ends with its link, or it is being stopped.`);
const full = (path: string): Error => refuse('overloaded', `${path} takes no message now: it stops, or too many wait.`);
