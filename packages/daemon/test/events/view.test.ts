import { type EventRow, encodeEnvelope, MAX_NODE_REPLY } from '@muster/protocol';
import { fitEvents } from '../../src/views/events.ts';

const row = (id: number, length: number): EventRow => ({
  ...{ id, atMs: 1, kind: 'joined', subject: 's'.repeat(200) },
  text: '\u20ac'.repeat(length),
});
const rows = (length: number): readonly EventRow[] => Array.from({ length: 500 }, (_, i) => row(i + 1, length));
const page = { next: 900, more: false };

it('a page that fits is as it was read', () => {
  expect(fitEvents({}, { rows: rows(1), ...page })).toEqual({ type: 'events', rows: rows(1), ...page });
});

it('of a page that does not fit the newest are left out, and come with the next', () => {
  const fitted = fitEvents({}, { rows: rows(500), ...page });
  expect(fitted.rows.length).toBeGreaterThan(100);
  expect(fitted.rows).toEqual(rows(500).slice(0, fitted.rows.length));
  expect([fitted.next, fitted.more]).toEqual([fitted.rows.length, true]);
});

it('of the last so many that do not fit the oldest are left out', () => {
  const fitted = fitEvents({ last: 500 }, { rows: rows(500), ...page });
  expect(fitted.rows).toEqual(rows(500).slice(-fitted.rows.length));
  expect([fitted.next, fitted.more]).toEqual([900, false]);
});

it('the longest fit one frame, whichever is asked for', () => {
  for (const query of [{}, { last: 500 }]) {
    const message = fitEvents(query, { rows: rows(500), ...page });
    const bytes = encodeEnvelope({ kind: 'reply', id: 1, message });
    expect(bytes.length).toBeLessThan(MAX_NODE_REPLY);
  }
});
