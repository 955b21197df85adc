/** `muster events`: what happened at a node, and with `--follow` what happens. */
import type { ControlClient } from '@muster/control';
import { type EventKind, type EventRow, MAX_EVENT_ROWS } from '@muster/protocol';
import { eventTable, type Paint, printable } from '@muster/render';
import type { CommandDeps, Output } from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { openSteady, tryingAgain } from './steady.ts';
import type { Look } from './view.ts';
import { pause } from './waiting.ts';

export interface EventsOptions {
  /** Undefined: the one that is asked. */
  readonly node: string | undefined;
  readonly kind: EventKind | undefined;
  /** So many of the newest, 1 to 500. Undefined: 50, or with `sinceMs` all of that time. */
  readonly last: number | undefined;
  /** Only what is not older, ms. */
  readonly sinceMs: number | undefined;
}

/** As many as fit most screens twice. */
const usualLast = 50;
/** A journal has 10,000 entries at most; a page may be cut short by their length. */
const maxPages = 100;
/** Between two questions of `--follow`, ms. */
const followMs = 500;

export const eventsLook =
  (options: EventsOptions, wallNow: () => number): Look =>
  async (client, paint) => {
    const { rows } = await wanted(client, options, wallNow());
    return { value: { events: rows.map(forPrograms) }, lines: linesOf(rows, paint), code: exitCodes.fine };
  };

const linesOf = (rows: readonly EventRow[], paint: Paint): readonly string[] =>
  rows.length === 0 ? ['Nothing of that has happened.'] : eventTable(paint).part(rows);

/** Texts as they are: JSON escapes what a terminal would obey. */
export const forPrograms = ({ atMs, ...row }: EventRow): object => ({ ...row, at: isoTime(atMs), atMs });

const isoTime = (wallMs: number): string => {
  const time = new Date(wallMs);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
};

interface Found {
  readonly rows: readonly EventRow[];
  /** What is asked after from now on. */
  readonly next: number;
}

async function wanted(client: ControlClient, options: EventsOptions, nowMs: number): Promise<Found> {
  const { node, kind, last, sinceMs } = options;
  const at = client.at(node);
  const filter = kind === undefined ? {} : { kind };
  const most = last ?? (sinceMs === undefined ? usualLast : MAX_EVENT_ROWS);
  const { rows, next } = await at.events({ last: most, ...filter });
  if (sinceMs === undefined) return { rows, next };
  const isRecent = ({ atMs }: EventRow): boolean => atMs >= nowMs - sinceMs;
  const reachesBack = rows.length < most || rows[0] === undefined || !isRecent(rows[0]);
  if (last !== undefined || reachesBack) return { rows: rows.filter(isRecent), next };
  const all = await everything(at, filter);
  return { rows: all.rows.filter(isRecent), next: all.next };
}

async function everything(at: Pick<ControlClient, 'events'>, filter: object): Promise<Found> {
  const rows: EventRow[] = [];
  let next = 0;
  for (let page = 0; page < maxPages; page++) {
    const answer = await at.events({ after: next, ...filter });
    rows.push(...answer.rows);
    next = answer.next;
    if (!answer.more) break;
  }
  return { rows, next };
}

/** Writes each as it happens, until Ctrl-C or until nobody reads; as JSON one a line. */
export async function followEvents(
  deps: CommandDeps,
  output: Output,
  root: string,
  options: EventsOptions,
  json: boolean,
): Promise<ExitCode> {
  const stop = deps.interrupt();
  let code: ExitCode = exitCodes.notReachable;
  const notice = (text: string, now: ExitCode): void => {
    code = now;
    output.error(printable(text));
  };
  const steady = openSteady({
    ...{ open: () => deps.look(root), clock: deps.clock, stop },
    lost: (text) => notice(tryingAgain(text), exitCodes.notReachable),
    found: () => notice('The node answers again.', exitCodes.fine),
  });
  const write = writerOf(output, json);
  const filter = options.kind === undefined ? {} : { kind: options.kind };
  try {
    let answer = await steady.ask((client) => wanted(client, options, deps.wallNow()));
    while (answer !== undefined) {
      code = exitCodes.fine;
      write(answer.rows);
      if ((await output.flow?.()) === false) break;
      await pause(deps.clock, followMs, stop);
      const after = answer.next;
      answer = await steady.ask((client) => client.at(options.node).events({ after, ...filter }));
    }
    return code;
  } finally {
    steady.close();
  }
}

function writerOf({ out, paint }: Output, json: boolean): (rows: readonly EventRow[]) => void {
  const table = eventTable(paint);
  return (rows) => {
    const lines = json ? rows.map((row) => JSON.stringify(forPrograms(row))) : table.part(rows);
    if (lines.length > 0) out(lines.join('\n'));
  };
}
