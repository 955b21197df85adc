/** What the kernel shows of messages and states, as the wire takes it. Pure. */
import { clip, MAX_SHOWN } from '@muster/protocol';

/** As JSON, cut. `value` is a copy that the kernel made: redacted, small, without cycles. */
export const shownText = (value: unknown): string => clip(JSON.stringify(value) ?? 'undefined', MAX_SHOWN);

/** The same row with a text of at most `most` UTF-16 units. */
export const shortShown = <Row extends { readonly shown: string }>(row: Row, most: number): Row => ({
  ...row,
  shown: clip(row.shown, most),
});

/** How long ago `at` was: never less than 0, for a row may be from this very moment. */
export const ago = (now: number, at: number): number => Math.max(0, now - at);
