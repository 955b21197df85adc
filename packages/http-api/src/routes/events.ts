/**
 * `GET /events`: what happens at this node, as server-sent events. Each has the number of the journal's entry as its id, so
 * that a client that comes back with `Last-Event-ID` misses nothing that the journal still has.
 */

import { type EventRow, eventKinds } from '@muster/protocol';
import { Type } from '@sinclair/typebox';
import { HttpError } from '../api-error.ts';
import { within } from '../deadline.ts';
import type { ApiSources } from '../deps.ts';
import type { Answer, Outlet } from '../envelope.ts';
import { safeJson } from '../safe-json.ts';
import { wordsIn } from './query.ts';
import { type Asked, fields, type Route, shape } from './route.ts';

/** Between two looks at the journal, ms. */
const pollMs = 500;
/** Between two signs of life of a silent stream, ms; proxies end what is silent for a minute. */
const beatMs = 15_000;

const eventsQuery = fields({
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Events after this one; by default those from now on',
    }),
  ),
  kind: Type.Optional(
    Type.String({ maxLength: 1_024, description: `Kinds, with commas; all by default. ${eventKinds.join(', ')}` }),
  ),
});

async function events(asked: Asked<typeof eventsQuery>): Promise<Answer> {
  const { sources, session, query } = asked;
  const kinds = wordsIn('kind', query.kind, eventKinds);
  const leave = session.seat();
  if (leave === undefined)
    throw new HttpError(503, 'As many follow the events as may. http_api.event_streams is the limit.', {
      'retry-after': '10',
    });
  try {
    const from = await startOf(asked);
    return {
      status: 200,
      contentType: 'text/event-stream; charset=utf-8',
      body: (out) => {
        out.closed.addEventListener('abort', leave, { once: true });
        if (out.closed.aborted) leave();
        else follow({ sources, out, still: session.still, kinds }, from);
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}

/** The header beats the address: a client that comes back sends both. */
async function startOf({ sources, session, query }: Asked<typeof eventsQuery>): Promise<number> {
  const { lastEventId } = session;
  if (lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId)) return Number(lastEventId);
  if (query.after !== undefined) return query.after;
  const { next } = await within(sources.clock, () => sources.answers.events({ type: 'get-events', last: 1 }));
  return next;
}

interface Following {
  readonly sources: Pick<ApiSources, 'clock' | 'answers' | 'watchEvents'>;
  readonly out: Outlet;
  readonly still: () => Promise<boolean>;
  /** Undefined: all. */
  readonly kinds: readonly EventRow['kind'][] | undefined;
}

/** Goes on until the client is gone, may no longer ask, or the journal cannot be read. */
function follow({ sources, out, still, kinds }: Following, from: number): void {
  const { clock, answers } = sources;
  // The journal chooses one kind itself; of several all are looked through.
  const kind = kinds?.length === 1 ? kinds[0] : undefined;
  let after = from;
  let beatAt = clock.now() + beatMs;
  const step = async (): Promise<void> => {
    const page = await within(clock, () => answers.events({ type: 'get-events', after, ...(kind && { kind }) }));
    after = Math.max(after, page.next);
    for (const row of page.rows) if (kinds?.includes(row.kind) !== false) out.write(textOf(row));
    if (clock.now() >= beatAt) {
      beatAt = clock.now() + beatMs;
      if (!(await still())) return out.end();
      out.write(': still here\n\n');
    }
    later(sources, out.closed, page.more ? 0 : pollMs, run);
  };
  const run = (): void => {
    if (!out.closed.aborted) step().catch(() => out.end());
  };
  // Headers leave with the first words: a client knows at once that it is listened to.
  out.write('retry: 2000\n: events of this node\n\n');
  run();
}

/** Calls `run` once, after `ms` or when something happened; not when the client is gone by then. */
function later({ clock, watchEvents }: Following['sources'], closed: AbortSignal, ms: number, run: () => void): void {
  const forget = (): void => {
    cancel();
    unwatch();
    closed.removeEventListener('abort', forget);
  };
  let isOver = false;
  const now = (): void => {
    if (isOver) return;
    isOver = true;
    forget();
    if (!closed.aborted) run();
  };
  const cancel = clock.after(ms, now);
  // Not within the call of whoever made the event happen.
  const unwatch = watchEvents?.(() => queueMicrotask(now)) ?? (() => {});
  closed.addEventListener('abort', forget, { once: true });
}

const textOf = (row: EventRow): string => `id: ${row.id}\nevent: ${row.kind}\ndata: ${safeJson(row)}\n\n`;

export const eventsRoute: Route = {
  method: 'GET',
  path: '/events',
  about:
    'Follows what happens at this node: server-sent events, each an entry of its journal. A client that comes back with the header `Last-Event-ID` (the `id` of the last event that it has; it beats `after`) misses nothing that the journal still has.',
  access: 'read',
  forms: { both: shape(eventsQuery, Type.String(), events) },
};
