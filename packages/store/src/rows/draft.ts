/** Rows as one transaction reads and changes them. */
import type { WritableTable } from '../kv.ts';
import { BLOCK_ROWS, blockKey, blockOf, type Cell, firstIdOf, isThere, viewOf } from './layout.ts';

export interface Draft {
  /** The row of `id`, perhaps not there; whoever writes to it calls `changed`. */
  cell(id: number): Cell;
  /** The row of `id` if it is there. */
  find(id: number): Cell | undefined;
  changed(id: number): void;
  /** It is not there any more. */
  clear(id: number): void;
  /** Writes what changed; the blocks for the index, after the commit. */
  flush(): ReadonlyMap<number, Uint8Array>;
}

export function openDraft(table: WritableTable, rowBytes: number): Draft {
  const blocks = new Map<number, Uint8Array>();
  const views = new Map<number, DataView>();
  const touched = new Set<number>();
  const view = (block: number): DataView => {
    const known = views.get(block);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(BLOCK_ROWS * rowBytes);
    const held = table.get(blockKey(block));
    if (held !== undefined) bytes.set(held.subarray(0, bytes.length));
    const made = viewOf(bytes);
    blocks.set(block, bytes);
    views.set(block, made);
    return made;
  };
  const cell = (id: number): Cell => {
    const block = blockOf(id);
    return { view: view(block), at: (id - firstIdOf(block)) * rowBytes };
  };
  const changed = (id: number): void => {
    touched.add(blockOf(id));
  };
  return {
    cell,
    find: (id) => {
      const found = cell(id);
      return isThere(found) ? found : undefined;
    },
    changed,
    clear: (id) => {
      const { at } = cell(id);
      blocks.get(blockOf(id))!.fill(0, at, at + rowBytes);
      changed(id);
    },
    flush: () => {
      const written = new Map<number, Uint8Array>();
      for (const block of touched) {
        const bytes = blocks.get(block)!;
        if (isEmpty(bytes, rowBytes)) table.remove(blockKey(block));
        else table.put(blockKey(block), bytes);
        written.set(block, bytes);
      }
      return written;
    },
  };
}

/** Of all its rows none is there. */
function isEmpty(block: Uint8Array, rowBytes: number): boolean {
  for (let at = 0; at < block.length; at += rowBytes) if (block[at] !== 0) return false;
  return true;
}
