/**
 * Rows of a fixed size, `BLOCK_ROWS` of them with neighbouring ids to a value of the store: a batch of a thousand
 * agents changes some dozens of values, and opening a million reads thirty thousand.
 */
import { wordKey, wordOf } from '../bytes.ts';

/** 32 rows of 48 bytes: two blocks and more to a page of the store. */
export const BLOCK_ROWS = 32;

export const blockOf = (id: number): number => Math.floor(id / BLOCK_ROWS);
export const firstIdOf = (block: number): number => block * BLOCK_ROWS;
export const blockKey = wordKey;
export const blockOfKey = wordOf;

/** A row in bytes: `view` from `at` on. A row whose first byte is 0 is not there. */
export interface Cell {
  readonly view: DataView;
  readonly at: number;
}

export const isThere = ({ view, at }: Cell): boolean => view.getUint8(at) !== 0;

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
