/** All committed rows, in memory as they lie in the store: 48 bytes an agent. */

import { afterWords, beforeWords } from '../bytes.ts';
import type { Table } from '../kv.ts';
import { BLOCK_ROWS, blockOf, blockOfKey, type Cell, firstIdOf, isThere, viewOf } from './layout.ts';

/** What becomes of one row; either cell may be a row that is not there. Cells are valid during the call. */
export type RowChange = (id: number, before: Cell, after: Cell) => void;

export interface RowIndex {
  find(id: number): Cell | undefined;
  /** Puts blocks in the place of what was; `change` is called for each row that differs. */
  apply(blocks: ReadonlyMap<number, Uint8Array>, change: RowChange): void;
  /** Blocks that have rows, in order, from `block` on. */
  blocksFrom(block: number): Iterable<number>;
  /** Calls `visit` for the rows of a block that are there, by id, until it says `false`. */
  each(block: number, visit: (id: number, cell: Cell) => boolean | undefined): void;
  readonly size: () => number;
}

/** Blocks in one piece of memory: large enough to be few, small enough to be made without a stall. */
const CHUNK_BLOCKS = 256;

export function openRowIndex(rowBytes: number): RowIndex {
  const blockBytes = BLOCK_ROWS * rowBytes;
  const places = new Map<number, number>();
  const chunks: { readonly bytes: Uint8Array; readonly words: Float64Array; readonly view: DataView }[] = [];
  const order = sortedNumbers();
  let size = 0;
  const place = (block: number): number => {
    const known = places.get(block);
    if (known !== undefined) return known;
    const made = places.size;
    places.set(block, made);
    order.add(block);
    if (made % CHUNK_BLOCKS === 0) {
      const bytes = new Uint8Array(CHUNK_BLOCKS * blockBytes);
      chunks.push({ bytes, words: new Float64Array(bytes.buffer), view: viewOf(bytes) });
    }
    return made;
  };
  const cellAt = (at: number, row: number): Cell => ({
    view: chunks[Math.floor(at / CHUNK_BLOCKS)]!.view,
    at: (at % CHUNK_BLOCKS) * blockBytes + row * rowBytes,
  });
  const applyBlock = (block: number, bytes: Uint8Array, change: RowChange): void => {
    const at = place(block);
    const { bytes: held, view } = chunks[Math.floor(at / CHUNK_BLOCKS)]!;
    const start = (at % CHUNK_BLOCKS) * blockBytes;
    const next = viewOf(bytes);
    for (let row = 0; row < BLOCK_ROWS; row++) {
      if (same(held, start + row * rowBytes, bytes, row * rowBytes, rowBytes)) continue;
      const before = { view, at: start + row * rowBytes };
      const after = { view: next, at: row * rowBytes };
      size += Number(isThere(after)) - Number(isThere(before));
      change(firstIdOf(block) + row, before, after);
    }
    held.set(bytes, start);
  };
  return {
    find: (id) => {
      const at = places.get(blockOf(id));
      if (at === undefined) return undefined;
      const cell = cellAt(at, id % BLOCK_ROWS);
      return isThere(cell) ? cell : undefined;
    },
    apply: (blocks, change) => {
      for (const [block, bytes] of blocks) applyBlock(block, bytes, change);
    },
    blocksFrom: order.from,
    each: (block, visit) => {
      const at = places.get(block);
      if (at === undefined) return;
      for (let row = 0; row < BLOCK_ROWS; row++) {
        const cell = cellAt(at, row);
        if (isThere(cell) && visit(firstIdOf(block) + row, cell) === false) return;
      }
    },
    size: () => size,
  };
}

function same(one: Uint8Array, at: number, other: Uint8Array, otherAt: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (one[at + i] !== other[otherAt + i]) return false;
  return true;
}

/** Numbers in order; those that come at the end cost least. */
function sortedNumbers(): { add(number: number): void; from(number: number): Iterable<number> } {
  let numbers = new Uint32Array(1_024);
  let count = 0;
  const placeOf = (number: number): number => {
    let low = 0;
    for (let high = count; low < high; ) {
      const middle = (low + high) >>> 1;
      if (numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: (number) => {
      if (count === numbers.length) {
        const larger = new Uint32Array(count * 2);
        larger.set(numbers);
        numbers = larger;
      }
      const at = placeOf(number);
      numbers.copyWithin(at + 1, at, count);
      numbers[at] = number;
      count += 1;
    },
    from: function* (number) {
      for (let i = placeOf(number); i < count; i++) yield numbers[i]!;
    },
  };
}

/** Blocks that are read in one turn at opening: some 16,000 rows, a few milliseconds. */
const BLOCKS_A_TURN = 500;

/** Fills `index` from what is committed; gives other work a turn now and then. */
export async function loadRows(
  index: RowIndex,
  table: Table,
  rowBytes: number,
  change: RowChange,
  turn: () => Promise<void>,
): Promise<void> {
  let from = beforeWords;
  for (let more = true; more; ) {
    const blocks = new Map<number, Uint8Array>();
    more = false;
    for (const [key, value] of table.range(from, afterWords)) {
      if (blocks.size === BLOCKS_A_TURN) {
        from = Uint8Array.prototype.slice.call(key);
        more = true;
        break;
      }
      const bytes = new Uint8Array(BLOCK_ROWS * rowBytes);
      bytes.set(value.subarray(0, bytes.length));
      blocks.set(blockOfKey(key), bytes);
    }
    index.apply(blocks, change);
    if (more) await turn();
  }
}
