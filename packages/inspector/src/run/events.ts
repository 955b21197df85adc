/** `events`: what happened at a node, and with `--follow` what happens. */
import type { EventRow, Events } from '@muster/protocol';
import type { Command } from '../language/command.ts';
import { renderEvent } from '../render/tables.ts';
import { pause } from '../waiting.ts';
import { type Context, Refusal, type Result, written } from './context.ts';
import { openEnd } from './end.ts';
import { steadily } from './steadily.ts';

type EventsCommand = Extract<Command, { name: 'events' }>;

/** Between two questions, ms. */
const everyMs = 500;

export async function events(command: EventsCommand, context: Context): Promise<Result> {
  const kind = command.kind === undefined ? {} : { kind: command.kind };
  if (command.follow) return await follow(command, kind, context);
  const { rows } = await context.session.view((node) => node.events({ last: command.last, ...kind }), context);
  const lines =
    rows.length === 0 ? ['Nothing of that has happened.'] : rows.map((row) => renderEvent(row, context.style));
  return { value: rows, lines };
}

async function follow({ last, forMs, count }: EventsCommand, kind: object, context: Context): Promise<Result> {
  if (context.json && forMs === undefined && count === undefined)
    throw new Refusal('As JSON events are one value: say where they end, as events --follow --for 5s, or --count 20.');
  const end = openEnd(context, forMs);
  const kept: EventRow[] = [];
  let shown = 0;
  try {
    for await (const { rows } of answers(last, kind, { ...context, stop: end.stop })) {
      const fitting = rows.slice(0, (count ?? Number.POSITIVE_INFINITY) - shown);
      shown += fitting.length;
      if (context.json) kept.push(...fitting);
      else if (fitting.length > 0) context.out(fitting.map((row) => renderEvent(row, context.style)).join('\n'));
      if (shown === count || !(await context.flow())) break;
    }
  } catch (error) {
    end.unlessItsOwn(error);
  } finally {
    end.close();
  }
  return written(kept);
}

/** The last, then what comes. */
async function* answers(last: number, kind: object, context: Context): AsyncGenerator<Events, void, undefined> {
  let answer = await steadily(context, (node) => node.events({ last, ...kind }));
  for (;;) {
    yield answer;
    if (!answer.more) await pause(context.clock, everyMs, context.stop);
    const after = answer.next;
    answer = await steadily(context, (node) => node.events({ after, ...kind }));
  }
}
