import { compareBytes } from './bytes.ts';
import type { Change } from './engine.ts';
import type { Table } from './kv.ts';

/** What a transaction sees in a range: what is committed with `layers` over it, the newest first. As it is when this is called. */
export function* merged(
  layers: readonly ReadonlyMap<string, Change>[],
  committed: Table,
  from: Uint8Array,
  to: Uint8Array,
): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
  const changes = changesBetween(layers, from, to);
  let at = 0;
  for (const row of committed.range(from, to)) {
    for (; at < changes.length; at++) {
      const { key, value } = changes[at]!;
      const order = compareBytes(key, row[0]);
      if (order > 0) break;
      if (order === 0) continue;
      if (value !== undefined) yield [key, value];
    }
    const last = changes[at - 1];
    if (last === undefined || compareBytes(last.key, row[0]) !== 0) yield row;
    else if (last.value !== undefined) yield [last.key, last.value];
  }
  for (; at < changes.length; at++) {
    const { key, value } = changes[at]!;
    if (value !== undefined) yield [key, value];
  }
}

function changesBetween(
  layers: readonly ReadonlyMap<string, Change>[],
  from: Uint8Array,
  to: Uint8Array,
): readonly Change[] {
  const newest = new Map<string, Change>();
  for (const layer of layers)
    for (const [name, change] of layer) {
      if (newest.has(name) || compareBytes(change.key, from) < 0 || compareBytes(change.key, to) >= 0) continue;
      newest.set(name, change);
    }
  return [...newest.values()].sort((one, other) => compareBytes(one.key, other.key));
}
