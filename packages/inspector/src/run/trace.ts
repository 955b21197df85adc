/** `trace`: what actors handle, as they do. The node bounds how much it shows; what it leaves out is counted. */
import { ControlError } from '@muster/control';
import type { Trace } from '@muster/protocol';
import { counted } from '@muster/render';
import type { Command } from '../language/command.ts';
import { renderTraced } from '../render/tables.ts';
import type { Asking } from '../session.ts';
import { pause } from '../waiting.ts';
import { type Context, Refusal, type Result, written } from './context.ts';
import { openEnd } from './end.ts';
import { steadily } from './steadily.ts';
import { pathOf } from './views.ts';

type TraceCommand = Extract<Command, { name: 'trace' }>;

/** Between two questions, ms. With 200 rows an answer at most 1,000 messages a second are shown. */
const everyMs = 200;

export async function trace(command: TraceCommand, context: Context): Promise<Result> {
  const { forMs, count } = command;
  if (context.json && forMs === undefined && count === undefined)
    throw new Refusal('As JSON a trace is one value: say where it ends, as trace PATH --for 5s, or --count 20.');
  const pattern = command.pattern.includes('*') ? command.pattern : await pathOf(command.pattern, context);
  const end = openEnd(context, forMs);
  const rows: Trace['rows'] = [];
  let told = { shown: 0, dropped: 0 };
  try {
    for await (const answer of answers(pattern, { ...context, stop: end.stop })) {
      const left = (count ?? Number.POSITIVE_INFINITY) - told.shown;
      const fitting = answer.rows.slice(0, left);
      const { dropped } = answer;
      if (context.json) rows.push(...fitting);
      else say({ ...answer, rows: fitting }, context);
      told = { shown: told.shown + fitting.length, dropped: told.dropped + dropped };
      if (fitting.length === left || !(await context.flow())) break;
    }
  } catch (error) {
    end.unlessItsOwn(error);
  } finally {
    end.close();
  }
  if (!context.json) context.notice(summary(told));
  return written({ pattern, rows, dropped: told.dropped });
}

/** The answers of one session after the other: a node that began anew, or forgot us, knows none. */
async function* answers(pattern: string, context: Context): AsyncGenerator<Trace, void, undefined> {
  let session: number | undefined;
  let fitting = -1;
  for (;;) {
    const answer = await steadily(context, nextOf(pattern, session));
    if (answer.actors === 0 && fitting !== 0) context.notice(`No actor fits ${pattern} now; waiting.`);
    fitting = answer.actors;
    session = answer.session;
    yield answer;
    await pause(context.clock, everyMs, context.stop);
  }
}

/** Codes that say that the node does not answer: the session may live. */
const silent: ReadonlySet<string> = new Set(['broken', 'not-running', 'timeout', 'not-linked', 'no-master']);

const nextOf =
  (pattern: string, session: number | undefined): Asking<Trace> =>
  async (node) => {
    try {
      return await node.trace(pattern, session);
    } catch (error) {
      const refused = error instanceof ControlError && !silent.has(error.code);
      if (!refused || session === undefined) throw error;
      return await node.trace(pattern);
    }
  };

function say({ rows, dropped }: Trace, { out, wallNow, columns, style }: Context): void {
  const now = wallNow();
  const lines = rows.map((row) => renderTraced(row, now, columns(), style));
  if (dropped > 0) lines.push(style.paint(`… ${counted(dropped, 'message')} more, faster than is shown`, 'warn'));
  if (lines.length > 0) out(lines.join('\n'));
}

const summary = ({ shown, dropped }: { readonly shown: number; readonly dropped: number }): string =>
  `${counted(shown, 'message')}${dropped === 0 ? '' : ` shown, ${dropped} not: too fast`}`;
