/** What command lines are shown of agents: a page of a list, one agent, how many there are. Pure but for the store's reads. */
import {
  type AgentInfo,
  type AgentRowView,
  type AgentStatus,
  type Agents,
  type AgentView,
  type AgentWork,
  agentIdText,
  agentInfoFields,
  clip,
  type GetAgents,
  MAX_AGENT_STRING,
} from '@muster/protocol';
import { type AgentSources, type Found, findAgents } from './find-agents.ts';
import { fitRows, howManyFit } from './fit.ts';

/** The first that `query` wants after its `after`, as many as fit one answer. */
export function agentsPage(query: GetAgents, sources: AgentSources): Agents {
  const { found, next } = findAgents(query, sources);
  const rows = found.map((each) => rowOf(each, sources));
  const fitting = rows.slice(0, howManyFit(rows));
  const goOnAt = fitting.length < rows.length ? fitting.at(-1)?.id : next;
  return {
    type: 'agents',
    rows: fitting,
    ...(goOnAt === undefined ? {} : { next: goOnAt }),
    total: Math.max(sources.keys.size, sources.agents.size()),
  };
}

/** Everything of one agent. Throws `no-such-agent` when it is neither in client.keys nor ever reported. */
export function agentView(id: number, sources: AgentSources): AgentView {
  const { agents, keys, nowMs } = sources;
  const known = agents.one(id);
  if (known === undefined && !keys.has(id)) throw noSuchAgent(id);
  const since = known?.status === 'disconnected' ? known.disconnectedMs : 0;
  return {
    type: 'agent',
    row: rowOf(known === undefined ? { id } : { id, known }, sources),
    code: known?.code ?? 0,
    ...(since > 0 ? { disconnectedAgoMs: ageOf(since, nowMs) } : {}),
    info: fitRows(infoOf(keys.of(id)?.ip, agents.info(id)), ([name, value], most) => [
      clip(name, most),
      clip(value, most),
    ]),
    history: agents.history(id).map(({ node, sinceMs }) => ({ node, sinceAgoMs: ageOf(sinceMs, nowMs) })),
  };
}

/** How many agents have each status; `counts` is of those that reported, `keys` lines and `size` those known. */
export function agentCounts(
  counts: ReadonlyMap<string, Readonly<Record<AgentStatus, number>>>,
  keys: number,
  size: number,
): Pick<AgentWork, 'known' | 'active' | 'disconnected' | 'pending' | 'neverConnected'> {
  const sum = (status: AgentStatus): number => [...counts.values()].reduce((all, each) => all + each[status], 0);
  return {
    known: size,
    active: sum('active'),
    disconnected: sum('disconnected'),
    pending: sum('pending'),
    neverConnected: sum('never_connected') + Math.max(0, keys - size),
  };
}

function rowOf({ id, known }: Found, { agents, groups, keys, nowMs }: AgentSources): AgentRowView {
  const key = keys.of(id);
  const info = known === undefined ? undefined : agents.info(id);
  const text = (words = ''): string => clip(words, MAX_AGENT_STRING);
  return {
    id,
    name: text(key?.name ?? info?.name),
    ip: text(info?.ip || key?.ip),
    status: known?.status ?? 'never_connected',
    ...(known === undefined || known.node === '' ? {} : { node: known.node }),
    ...(known === undefined || known.seenMs <= 0 ? {} : { seenAgoMs: ageOf(known.seenMs, nowMs) }),
    version: text(info?.version),
    groups: text(groups.get(id)?.groups.join(',')),
  };
}

/** What is in the row is not repeated here. */
const inRow: ReadonlySet<string> = new Set(['name', 'ip', 'version']);

/** The texts that are known, by the name of their field, then the labels as `label KEY`. */
function infoOf(keyIp: string | undefined, info: AgentInfo | undefined): [name: string, value: string][] {
  const pair = (name: string, value: string): [string, string] => [
    clip(name, MAX_AGENT_STRING),
    clip(value, MAX_AGENT_STRING),
  ];
  if (info === undefined) return [];
  const registered = keyIp === undefined || info.ip === '' || info.ip === keyIp ? [] : [pair('registeredIp', keyIp)];
  const texts = agentInfoFields.filter((field) => !inRow.has(field) && info[field] !== '');
  return [
    ...registered,
    ...texts.map((field) => pair(field, info[field])),
    ...info.labels.map(([key, value]) => pair(`label ${key}`, value)),
  ];
}

/** Whole milliseconds; a time that is a little ahead of ours is now. */
const ageOf = (atMs: number, nowMs: number): number => Math.max(0, Math.round(nowMs - atMs));

const noSuchAgent = (id: number): Error =>
  Object.assign(
    new Error(`There is no agent ${agentIdText(id)}: it is not in client.keys. muster agents lists those there are.`),
    {
      code: 'no-such-agent',
    },
  );
