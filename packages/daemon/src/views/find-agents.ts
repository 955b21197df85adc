/**
 * Which agents a page of a list holds: two spaces of ids, the store's and that of client.keys, whose agents are
 * listed too when they never reported, merged in order. A page looks at 5,000 ids of each at most, and may
 * come back with few and a `next`, so that no list stalls the node.
 */
import type { HeldGroups } from '@muster/agent-groups';
import type { ClientKeys } from '@muster/manager';
import { type GetAgents, MAX_AGENT_ID, MAX_AGENT_PAGE } from '@muster/protocol';
import type { KnownAgent, MasterAgents } from '@muster/store';

/** client.keys as it is at any time (`KeysView` of `packages/manager`). */
export type LivingKeys = ClientKeys & {
  /** Grows with each change. */
  readonly version: () => number;
};

export interface AgentSources {
  readonly agents: Pick<MasterAgents, 'one' | 'page' | 'info' | 'history' | 'size'>;
  readonly groups: Pick<HeldGroups, 'get' | 'rows'>;
  readonly keys: LivingKeys;
  /** The master's node time, ms. */
  readonly nowMs: number;
}

/** Ids that a page looks at: about 10 ms of reads from the store. */
const maxLooked = 5_000;

/** `known`: what was reported; without it the agent is in client.keys and never reported. */
export interface Found {
  readonly id: number;
  readonly known?: KnownAgent;
}

/** `next`: where the next page begins to look; undefined: nothing is left. */
export interface Finds {
  readonly found: readonly Found[];
  readonly next: number | undefined;
}

/** The first that `query` wants after its `after`. */
export const findAgents = (query: GetAgents, sources: AgentSources): Finds =>
  query.group === undefined ? findAny(query, sources) : findInGroup(query, query.group, sources);

/** Without a group: what the store has, and between it what only client.keys has. */
function findAny({ after, node, status }: GetAgents, { agents, keys }: AgentSources): Finds {
  const filter = { ...(node === undefined ? {} : { node }), ...(status === undefined ? {} : { status }) };
  const { rows, next } = agents.page({ after, limit: MAX_AGENT_PAGE, ...filter });
  const known = rows.map((row): Found => ({ id: row.id, known: row }));
  const wantsSilent = node === undefined && (status === undefined || status === 'never_connected');
  if (!wantsSilent) return { found: known, next };
  const paged = new Set(rows.map(({ id }) => id));
  const horizon = next ?? MAX_AGENT_ID;
  const silent = silentIds(keys, after, horizon, (id) => paged.has(id) || agents.one(id) !== undefined);
  const all = [...known.filter(({ id }) => id <= silent.upTo), ...silent.ids.map((id): Found => ({ id }))];
  const found = all.sort((one, other) => one.id - other.id).slice(0, MAX_AGENT_PAGE);
  if (found.length < all.length) return { found, next: found.at(-1)?.id };
  return { found, next: silent.upTo < horizon ? silent.upTo : next };
}

/** Of client.keys, after `after` and up to `horizon`, those that are not known; `upTo`: how far was looked. */
function silentIds(keys: LivingKeys, after: number, horizon: number, isKnown: (id: number) => boolean) {
  const sorted = sortedIds(keys);
  const ids: number[] = [];
  const start = firstAfter(sorted, after);
  for (let at = start; at < sorted.length; at++) {
    const id = sorted[at] ?? 0;
    if (id > horizon) break;
    if (at - start === maxLooked || ids.length === MAX_AGENT_PAGE) return { ids, upTo: sorted[at - 1] ?? after };
    if (!isKnown(id)) ids.push(id);
  }
  return { ids, upTo: horizon };
}

/** With a group: its assignments lead, for the groups are held by id. */
function findInGroup({ after, node, status }: GetAgents, group: string, { agents, groups, keys }: AgentSources): Finds {
  const held = after >= MAX_AGENT_ID ? [] : groups.rows(after + 1, MAX_AGENT_ID, maxLooked);
  const found: Found[] = [];
  for (const { id, groups: names } of held) {
    if (!names.includes(group)) continue;
    const known = agents.one(id);
    if (known === undefined && !keys.has(id)) continue;
    if (node !== undefined && known?.node !== node) continue;
    if (status !== undefined && (known?.status ?? 'never_connected') !== status) continue;
    found.push(known === undefined ? { id } : { id, known });
    if (found.length === MAX_AGENT_PAGE) return { found, next: id };
  }
  return { found, next: held.length < maxLooked ? undefined : held.at(-1)?.id };
}

/** The ids of a client.keys in order, made anew when it has changed and is asked for. */
const sortedOf = new WeakMap<LivingKeys, { readonly version: number; readonly ids: Int32Array }>();

function sortedIds(keys: LivingKeys): Int32Array {
  const version = keys.version();
  const made = sortedOf.get(keys);
  if (made?.version === version) return made.ids;
  const ids = new Int32Array(keys.size);
  let at = 0;
  for (const id of keys.ids()) ids[at++] = id;
  // Mostly it is in order already, and a million ids are sorted in more time than a heartbeat should wait.
  if (ids.some((id, index) => index > 0 && (ids[index - 1] ?? 0) > id)) ids.sort();
  sortedOf.set(keys, { version, ids });
  return ids;
}

function firstAfter(sorted: Int32Array, after: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
