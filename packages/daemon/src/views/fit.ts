/** Makes a view fit one frame: a peer may fill every text that it may send, and a view shows a thousand of them. Pure. */
import { clip, MAX_FRAME, MAX_VIEW_ROWS } from '@muster/protocol';

/**
 * Bytes of all rows together, as JSON. msgpack is shorter for all but small fractions; the rest of the
 * frame is for these, for the envelope, and for the fields beside the rows.
 */
const maxRowBytes = MAX_FRAME - 56 * 1024;
/** Texts of rows that do not fit whole: two lines of a terminal. UTF-16 units. */
const shortText = 160;

const bytesOf = (row: object): number => Buffer.byteLength(JSON.stringify(row));

/** How many of the first of `rows` fit into `maxBytes` as they are: one frame, unless given. */
export function howManyFit(rows: readonly object[], maxBytes = maxRowBytes): number {
  let left = maxBytes;
  const end = rows.findIndex((row) => {
    left -= bytesOf(row);
    return left < 0;
  });
  return end < 0 ? rows.length : end;
}

/**
 * At most 1,000 of `rows`, in order. When their texts are too long together all are cut short by
 * `shorten`, which is given how long a text may be; of rows that are still too many the last are left out.
 */
export function fitRows<Row extends object>(
  rows: readonly Row[],
  shorten: (row: Row, most: number) => Row,
  maxBytes = maxRowBytes,
): Row[] {
  const first = rows.slice(0, MAX_VIEW_ROWS);
  if (howManyFit(first, maxBytes) === first.length) return first;
  const short = first.map((row) => shorten(row, shortText));
  return short.slice(0, howManyFit(short, maxBytes));
}

/** The same of rows of which the last count most: of rows that are too many the first are left out. */
export const fitNewest = <Row extends object>(
  rows: readonly Row[],
  shorten: (row: Row, most: number) => Row,
  maxBytes = maxRowBytes,
): Row[] => fitRows(rows.toReversed(), shorten, maxBytes).reverse();

/** `text` under `name`, cut to `most`; nothing where there is none. */
export const optionalText = <Name extends string>(
  name: Name,
  text: string | undefined,
  most?: number,
): { readonly [Key in Name]?: string } =>
  (text === undefined ? {} : { [name]: clip(text, most) }) as { readonly [Key in Name]?: string };
