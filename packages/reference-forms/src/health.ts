/** What a node did last, as JSON of 3.8 and of 4.14 (`reference/cli-api.md` 4). */
import type { HealthcheckRow } from '@muster/protocol';
import { nodeForm } from './nodes.ts';
import { localText, microsAgo, utcText, type WallClock } from './times.ts';

type Row = HealthcheckRow;
/** When a piece of work began and ended; undefined: never. */
type Span = { readonly startAgoMs: number; readonly endAgoMs: number } | undefined;
type Dates = (agoMs: number | undefined) => string;

/** Of nodes without a link the reference knows nothing. */
export const isLinked = ({ role, lastKeepAliveAgoMs }: Pick<Row, 'role'> & Partial<Row>): boolean =>
  role === 'master' || lastKeepAliveAgoMs !== undefined;

const never = 'n/a';
const infoOf = (row: Row, activeAgents: number) => ({ ...nodeForm(row), n_active_agents: activeAgents });

/** 3.8 counts the manager itself, which is agent 000 of the master; 4.14 does not. */
export const activeAgents38 = ({ role, activeAgents }: Pick<Row, 'role' | 'activeAgents'>): number =>
  role === 'master' ? activeAgents + 1 : activeAgents;

const onMaster = (span: Span, at: Dates) => ({
  date_start_master: at(span?.startAgoMs),
  date_end_master: at(span?.endAgoMs),
});
const filesOf = ({ work }: Row) => {
  const { missing = 0, shared = 0, extra = 0 } = work?.synced ?? {};
  return { missing, shared, extra };
};

/** 4.14. The master has no status. */
export function health414(row: Row, clock: Pick<WallClock, 'nowMs'>) {
  const { role, work, lastKeepAliveAgoMs } = row;
  if (role === 'master') return { info: infoOf(row, row.activeAgents) };
  const at: Dates = (agoMs) => (agoMs === undefined ? never : utcText(microsAgo(agoMs, clock)));
  const chunks = (span: (NonNullable<Span> & { readonly chunks: number }) | undefined) => ({
    date_start: at(span?.startAgoMs),
    date_end: at(span?.endAgoMs),
    n_synced_chunks: span?.chunks ?? 0,
  });
  return {
    info: infoOf(row, row.activeAgents),
    status: {
      sync_integrity_free: work?.syncing !== true,
      sync_agent_info_free: work?.sendingAgents !== true,
      last_check_integrity: onMaster(work?.checked, at),
      last_sync_integrity: { ...onMaster(work?.synced, at), total_files: filesOf(row), total_extra_valid: 0 },
      last_sync_agentinfo: { ...onMaster(work?.agentInfo, at), n_synced_chunks: work?.agentInfo?.chunks ?? 0 },
      last_sync_agentgroup: chunks(work?.agentGroups),
      last_sync_full_agentgroup: chunks(work?.agentGroupsFull),
      last_keep_alive: at(lastKeepAliveAgoMs),
    },
  };
}

/** 3.8. The master has no status. */
export function health38(row: Row, clock: WallClock) {
  const { role, work, lastKeepAliveAgoMs: heard = 0 } = row;
  if (role === 'master') return { info: infoOf(row, activeAgents38(row)) };
  const at: Dates = (agoMs) => (agoMs === undefined ? never : localText(microsAgo(agoMs, clock), 2, clock));
  return {
    info: infoOf(row, activeAgents38(row)),
    status: {
      last_keep_alive: localText(microsAgo(heard, clock), 6, clock),
      sync_integrity_free: work?.syncing !== true,
      sync_agentinfo_free: work?.sendingAgents !== true,
      // Workers send no files of their own to the master here: there is nothing that could be under way.
      sync_extravalid_free: true,
      last_sync_integrity: { ...onMaster(work?.synced, at), total_files: { ...filesOf(row), extra_valid: 0 } },
      last_sync_agentinfo: { ...onMaster(work?.agentInfo, at), total_agentinfo: work?.agentInfo?.agents ?? 0 },
      last_sync_agentgroups: { ...onMaster(work?.agentGroups, at), total_agentgroups: work?.agentGroups?.chunks ?? 0 },
    },
  };
}
