/** The answer to `get_health`: keys and types of 4.14 (`reference/cli-api.md` 4). Pure. */
import type { Healthcheck, HealthcheckRow } from '@muster/protocol';
import { health414, isLinked } from '@muster/reference-forms';
import { fine, type Outcome, refused } from './outcome.ts';

/** The names that are asked for; undefined: all. */
export function healthNames(payload: string): Outcome<readonly string[] | undefined> {
  if (payload.trim() === '') return fine(undefined);
  try {
    const value: unknown = JSON.parse(payload);
    if (value === null) return fine(undefined);
    if (typeof value === 'string') return fine([value]);
    if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return fine(value);
  } catch {
    // Told below, as all else that is no list.
  }
  return refused(1000, 'The payload of get_health must be a JSON list of names, or null');
}

/** Nodes that are not linked are not in it, as in the reference. `nowMs`: wall clock. */
export function healthAnswer({ rows }: Healthcheck, nowMs: number): object {
  const linked = rows.filter(isLinked);
  return {
    n_connected_nodes: linked.filter(({ role }) => role === 'worker').length,
    nodes: Object.fromEntries(linked.map((row) => [row.name, nodeOf(row, nowMs)])),
  };
}

/** Of files there are four numbers before the first sync, three after one: so in the reference. */
function nodeOf(row: HealthcheckRow, nowMs: number): object {
  const form = health414(row, { nowMs });
  if (form.status === undefined || row.work?.synced !== undefined) return form;
  const { last_sync_integrity: last } = form.status;
  const total_files = { ...last.total_files, extra_valid: 0 };
  return { info: form.info, status: { ...form.status, last_sync_integrity: { ...last, total_files } } };
}
