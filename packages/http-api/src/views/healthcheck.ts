/** What every node did last, as the two versions show it (`reference/cli-api.md` 4). */

import { type HealthcheckRow, peerHost } from '@muster/protocol';
import { type TSchema, Type } from '@sinclair/typebox';
import { fields } from '../routes/route.ts';
import { localText, utcText } from './times.ts';

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

type Span = { readonly startAgoMs: number; readonly endAgoMs: number };
type Row = HealthcheckRow;

/** Nodes that are there: the master, and workers that are linked. */
export const isThere = ({ role, lastKeepAliveAgoMs }: Row): boolean =>
  role === 'master' || lastKeepAliveAgoMs !== undefined;

const infoOf = ({ name, role, version, address, activeAgents }: Row) => ({
  ...{ name, type: role, version: version.replace(/^v/, ''), ip: peerHost(address) },
  n_active_agents: activeAgents,
});

/** `nowMs`: wall clock. */
export function tokenHealth(row: Row, nowMs: number): object {
  const { work, lastKeepAliveAgoMs: heard = 0 } = row;
  if (row.role === 'master') return { info: infoOf(row) };
  const at = (ago: number | undefined): string => (ago === undefined ? 'n/a' : utcText(nowMs - ago));
  const master = (span: Span | undefined) => ({
    date_start_master: at(span?.startAgoMs),
    date_end_master: at(span?.endAgoMs),
  });
  const chunks = (span: (Span & { readonly chunks: number }) | undefined) => ({
    date_start: at(span?.startAgoMs),
    date_end: at(span?.endAgoMs),
    n_synced_chunks: span?.chunks ?? 0,
  });
  const { missing = 0, shared = 0, extra = 0 } = work?.synced ?? {};
  return {
    info: infoOf(row),
    status: {
      sync_integrity_free: work?.syncing !== true,
      sync_agent_info_free: work?.sendingAgents !== true,
      last_check_integrity: master(work?.checked),
      last_sync_integrity: { ...master(work?.synced), total_files: { missing, shared, extra }, total_extra_valid: 0 },
      last_sync_agentinfo: { ...master(work?.agentInfo), n_synced_chunks: work?.agentInfo?.chunks ?? 0 },
      last_sync_agentgroup: chunks(work?.agentGroups),
      last_sync_full_agentgroup: chunks(work?.agentGroupsFull),
      last_keep_alive: at(heard),
    },
  };
}

/** `nowMs`: wall clock. Sizes the list by all that are there, whatever is shown of it, as 3.8 does. */
export function basicHealth(shown: readonly Row[], there: number, nowMs: number): object {
  return {
    n_connected_nodes: there,
    nodes: Object.fromEntries(shown.map((row) => [row.name, basicRow(row, nowMs)])),
  };
}

function basicRow(row: Row, nowMs: number): object {
  const { work, lastKeepAliveAgoMs: heard = 0 } = row;
  if (row.role === 'master') return { info: infoOf(row) };
  const at = (ago: number | undefined): string => (ago === undefined ? 'n/a' : localText(nowMs - ago, 2));
  const span = (of: Span | undefined) => ({ date_start_master: at(of?.startAgoMs), date_end_master: at(of?.endAgoMs) });
  const { missing = 0, shared = 0, extra = 0 } = work?.synced ?? {};
  return {
    info: infoOf(row),
    status: {
      last_keep_alive: localText(nowMs - heard, 6),
      sync_integrity_free: work?.syncing !== true,
      sync_agentinfo_free: work?.sendingAgents !== true,
      // Workers send no files of their own to the master here: there is nothing that could be under way.
      sync_extravalid_free: true,
      last_sync_integrity: { ...span(work?.synced), total_files: { missing, shared, extra, extra_valid: 0 } },
      last_sync_agentinfo: { ...span(work?.agentInfo), total_agentinfo: work?.agentInfo?.agents ?? 0 },
      last_sync_agentgroups: { ...span(work?.agentGroups), total_agentgroups: work?.agentGroups?.chunks ?? 0 },
    },
  };
}
