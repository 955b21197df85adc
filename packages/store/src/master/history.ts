/** Where an agent reported before where it reports now: JSON, newest first. Written only when it moves. */
import { Buffer } from 'node:buffer';
import { MAX_HISTORY } from '@muster/protocol';
import { wordKey } from '../bytes.ts';
import type { Table, WritableTable } from '../kv.ts';

export interface Station {
  readonly node: string;
  readonly sinceMs: number;
}

export function stationsOf(table: Table, id: number): readonly Station[] {
  const bytes = table.get(wordKey(id));
  if (bytes === undefined) return [];
  const list = JSON.parse(Buffer.from(bytes).toString()) as readonly (readonly [string, number])[];
  return list.map(([node, sinceMs]) => ({ node, sinceMs }));
}

/** The one that it has left is the newest; with where it is now there are at most `MAX_HISTORY`. */
export function addStation(table: WritableTable, id: number, left: Station): void {
  const stations = [left, ...stationsOf(table, id)].slice(0, MAX_HISTORY - 1);
  table.put(wordKey(id), Buffer.from(JSON.stringify(stations.map(({ node, sinceMs }) => [node, sinceMs]))));
}
