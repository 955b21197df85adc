/** The rows of a healthcheck. Pure. */
import {
  type AgentStatus,
  type HealthcheckRow,
  MAX_HEALTHCHECK_ROWS,
  type NodeName,
  type NodeView,
  type Standing,
} from '@muster/protocol';
import type { LinkedNode } from '../peers.ts';
import { howManyFit } from './fit.ts';
import type { Heard } from './workers-standing.ts';

export interface HealthcheckSources {
  readonly linked: readonly Pick<LinkedNode, 'link' | 'number'>[];
  readonly heard: ReadonlyMap<NodeName, Heard>;
  readonly counts: ReadonlyMap<NodeName, Readonly<Record<AgentStatus, number>>>;
  /** When the workers were asked, and now; ms. What came before is stale. */
  readonly askedAt: number;
  readonly now: number;
}

/** The master first, then linked workers in the order of their links, then the others by name; as many as fit one frame. */
export function healthcheckRows(nodes: readonly NodeView[], sources: HealthcheckSources): HealthcheckRow[] {
  const links = new Map(sources.linked.map(({ link, number }) => [link.peer.node, number]));
  const place = ({ name, role }: NodeView): number =>
    role === 'master' ? -1 : (links.get(name) ?? Number.POSITIVE_INFINITY);
  const rows = nodes
    .map((node) => ({ node, at: place(node) }))
    .sort((one, other) => (one.at === other.at ? byName(one.node, other.node) : one.at - other.at))
    .slice(0, MAX_HEALTHCHECK_ROWS)
    .map(({ node, at }) => rowOf(node, Number.isFinite(at), sources));
  return rows.slice(0, howManyFit(rows));
}

const byName = (one: NodeView, other: NodeView): number => (one.name < other.name ? -1 : 1);

function rowOf(
  { name, role, version, address, heardMs }: NodeView,
  linked: boolean,
  { counts, heard, askedAt, now }: HealthcheckSources,
): HealthcheckRow {
  const row = { name, role, version, address, activeAgents: counts.get(name)?.active ?? 0 };
  if (role === 'master') return row;
  const said = heard.get(name);
  return {
    ...row,
    ...(linked ? { lastKeepAliveAgoMs: Math.round(heardMs) } : {}),
    ...(said === undefined ? {} : { work: agedBy(said.standing, Math.round(now - said.at)) }),
    ...(said === undefined || said.at >= askedAt ? {} : { staleMs: Math.round(now - said.at) }),
  };
}

/** Ages count from now on, whenever it was said. */
function agedBy({ type: _, ...work }: Standing, ms: number): NonNullable<HealthcheckRow['work']> {
  const { checked, synced, agentInfo, agentGroups, agentGroupsFull } = work;
  return {
    ...work,
    ...(checked === undefined ? {} : { checked: older(checked, ms) }),
    ...(synced === undefined ? {} : { synced: older(synced, ms) }),
    ...(agentInfo === undefined ? {} : { agentInfo: older(agentInfo, ms) }),
    ...(agentGroups === undefined ? {} : { agentGroups: older(agentGroups, ms) }),
    ...(agentGroupsFull === undefined ? {} : { agentGroupsFull: older(agentGroupsFull, ms) }),
  };
}

/** 50 years: no process is older. What a worker sends may be any number, and whoever makes dates of it has to get one. */
const mostAgoMs = 50 * 365 * 86_400_000;

const older = <Work extends { readonly startAgoMs: number; readonly endAgoMs: number }>(
  work: Work,
  ms: number,
): Work => ({
  ...work,
  startAgoMs: Math.min(mostAgoMs, Math.max(work.startAgoMs, work.endAgoMs) + ms),
  endAgoMs: Math.min(mostAgoMs, work.endAgoMs + ms),
});
