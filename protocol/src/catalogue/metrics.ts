/** The metrics of one node, as text for Prometheus, in pages. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_METRICS_PAGE } from '../limits.ts';
import { Count, Fields } from './parts.ts';

/** Asks for a page of a text that a page before named, or for the first of a new one. */
export const GetMetrics = Fields({
  type: Type.Literal('get-metrics'),
  rest: Type.Optional(Fields({ text: Count, from: Count })),
});
export type GetMetrics = Static<typeof GetMetrics>;

/** Answers `get-metrics`. */
export const Metrics = Fields({
  type: Type.Literal('metrics'),
  contentType: Type.String({ maxLength: 256 }),
  /** Whole lines. */
  page: Type.String({ maxLength: MAX_METRICS_PAGE }),
  /** Ask with this for what follows. Absent: that was all. */
  rest: Type.Optional(Fields({ text: Count, from: Count })),
});
export type Metrics = Static<typeof Metrics>;
