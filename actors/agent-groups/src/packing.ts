/** Assignments as they cross the wire: each name once, rows with indices. */
import { type GroupRow, MAX_AGENT_ROWS, MAX_AGENT_STRINGS } from '@muster/protocol';

/** Leaves 56 KiB of a frame for the envelope. */
const maxBytes = 200 * 1_024;
/** Below `MAX_VALUES` with room for the envelope. */
const maxValues = 18_000;

export interface PackedRows {
  readonly names: string[];
  readonly rows: [id: number, version: number, names: number[]][];
}

/** As many of `rows`, from `start` on, as one message takes; at least one, if there is one. `end`: the first that is not in it. */
export function packRows(rows: readonly GroupRow[], start = 0): PackedRows & { readonly end: number } {
  const indices = new Map<string, number>();
  const packed: PackedRows['rows'] = [];
  let bytes = 0;
  let values = 0;
  let end = start;
  for (; end < rows.length && packed.length < MAX_AGENT_ROWS; end++) {
    const { id, version, groups } = rows[end]!;
    const fresh = new Set(groups.filter((name) => !indices.has(name)));
    // An id 5 bytes, a version 9, heads 4, an index 3; a name's head 2, and names are ASCII.
    bytes += 18 + 3 * groups.length + [...fresh].reduce((sum, name) => sum + 2 + name.length, 0);
    values += 4 + groups.length + fresh.size;
    const full = bytes > maxBytes || values > maxValues || indices.size + fresh.size > MAX_AGENT_STRINGS;
    if (full && packed.length > 0) break;
    for (const name of fresh) indices.set(name, indices.size);
    packed.push([id, version, groups.map((name) => indices.get(name)!)]);
  }
  return { names: [...indices.keys()], rows: packed, end };
}

/** The rows again; undefined when an index names nothing. */
export function unpackRows({ names, rows }: PackedRows): readonly GroupRow[] | undefined {
  const unpacked = rows.map(([id, version, indices]) => ({ id, version, groups: indices.map((i) => names[i] ?? '') }));
  return unpacked.some(({ groups }) => groups.includes('')) ? undefined : unpacked;
}
