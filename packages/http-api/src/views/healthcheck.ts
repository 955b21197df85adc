/** What every node did last, as the two versions show it (`reference/cli-api.md` 4). */
import type { HealthcheckRow } from '@muster/protocol';
import { health38, type WallClock } from '@muster/reference-forms';
import { type TSchema, Type } from '@sinclair/typebox';
import { fields } from '../routes/route.ts';

const text = Type.String();
const count = Type.Integer();
const dates = { date_start_master: text, date_end_master: text };
const info = fields({ name: text, type: text, version: text, ip: text, n_active_agents: count });
const group = fields({ date_start: text, date_end: text, n_synced_chunks: count });

/** One node, 4.14. */
export const TokenHealth: TSchema = fields({
  info,
  status: Type.Optional(
    fields({
      sync_integrity_free: Type.Boolean(),
      sync_agent_info_free: Type.Boolean(),
      last_check_integrity: fields(dates),
      last_sync_integrity: fields({
        ...dates,
        total_files: fields({ missing: count, shared: count, extra: count }),
        total_extra_valid: count,
      }),
      last_sync_agentinfo: fields({ ...dates, n_synced_chunks: count }),
      last_sync_agentgroup: group,
      last_sync_full_agentgroup: group,
      last_keep_alive: text,
    }),
  ),
});

/** All nodes, 3.x. */
export const BasicHealth: TSchema = fields({
  n_connected_nodes: count,
  nodes: Type.Record(
    text,
    fields({
      info,
      status: Type.Optional(
        fields({
          last_keep_alive: Type.Union([text, Type.Literal(0)]),
          sync_integrity_free: Type.Boolean(),
          sync_agentinfo_free: Type.Boolean(),
          sync_extravalid_free: Type.Boolean(),
          last_sync_integrity: fields({
            ...dates,
            total_files: fields({ missing: count, shared: count, extra: count, extra_valid: count }),
          }),
          last_sync_agentinfo: fields({ ...dates, total_agentinfo: count }),
          last_sync_agentgroups: fields({ ...dates, total_agentgroups: count }),
        }),
      ),
    }),
  ),
});

/** 3.x. Sizes the list by all that are there, whatever is shown of it, as 3.8 does. */
export const basicHealth = (shown: readonly HealthcheckRow[], there: number, clock: WallClock): object => ({
  n_connected_nodes: there,
  nodes: Object.fromEntries(shown.map((row) => [row.name, health38(row, clock)])),
});
