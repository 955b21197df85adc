/** What happened at this node, in pages. */
import type { ControlAnswers } from '@muster/control';
import type { Events } from '@muster/protocol';
import type { EventJournal, EventPage, EventQuery } from '@muster/store';
import { howManyFit } from './fit.ts';

export type EventsViews = Pick<ControlAnswers, 'events'>;

export const eventsViews = ({ journal }: { readonly journal: Pick<EventJournal, 'read'> }): EventsViews => ({
  events: ({ type: _, ...query }) => fitEvents(query, journal.read(query)),
});

/** Rows that one frame does not hold are left out: the newest of a page, for they come with the next; of the last so many the oldest. */
export function fitEvents({ last }: EventQuery, { rows, next, more }: EventPage): Events {
  if (last !== undefined) {
    const newest = [...rows].reverse();
    return { type: 'events', rows: newest.slice(0, howManyFit(newest)).reverse(), next, more };
  }
  const count = howManyFit(rows);
  if (count === rows.length) return { type: 'events', rows: [...rows], next, more };
  const page = rows.slice(0, count);
  return { type: 'events', rows: page, next: page.at(-1)?.id ?? next, more: true };
}
