/** The stores of `packages/store` as the actors see them: in memory, with the same promises. A write is done at the call. */
import { type AgentInfo, type AgentUpdate, type IdRange, openRangeDigest, type RangeDigest } from '@muster/protocol';
import type { AllAgents, OwnAgents, StoredAgent } from '../src/index.ts';

/** Fails the next write when it says so. */
export interface Disk {
  full: boolean;
}

const written = async <T>(disk: Disk, change: () => T): Promise<T> => {
  if (disk.full) throw Object.assign(new Error('no space left'), { code: 'store-full' });
  return change();
};

interface OwnRow {
  update: AgentUpdate;
  info: AgentInfo | undefined;
  /** Revision that the master holds from us. */
  held: number | undefined;
  unsent: boolean;
  infoWanted: boolean;
  /** Place among those to be sent. */
  since: number;
}

export interface MemoryOwnAgents extends OwnAgents {
  /** Makes the store believe that the master holds this. A fault, for tests. */
  believe(id: number, revision: number | undefined): void;
}

export function openOwnAgents(disk: Disk = { full: false }): MemoryOwnAgents {
  const rows = new Map<number, OwnRow>();
  const digest = openRangeDigest();
  let revision = 0;
  let order = 0;
  const hold = (id: number, row: OwnRow, held: number | undefined): void => {
    digest.change(id, row.held, held);
    row.held = held;
  };
  const waiting = (): OwnRow[] => [...rows.values()].filter(({ unsent }) => unsent).sort((a, b) => a.since - b.since);
  const observeOne = (seen: Omit<AgentUpdate, 'revision'>): number => {
    const row = rows.get(seen.id);
    const { info, ...rest } = seen;
    if (
      row !== undefined &&
      info === undefined &&
      row.update.seenMs === seen.seenMs &&
      row.update.status === seen.status
    )
      return 0;
    revision += 1;
    order += 1;
    const update: AgentUpdate = { ...rest, revision };
    if (row === undefined)
      rows.set(seen.id, { update, info, held: undefined, unsent: true, infoWanted: info !== undefined, since: order });
    else
      Object.assign(row, {
        ...{ update, info: info ?? row.info, unsent: true, infoWanted: row.infoWanted || info !== undefined },
        since: row.unsent ? row.since : order,
      });
    return 1;
  };
  const confirmOne = (sent: AgentUpdate, lost: boolean, wanted: boolean): void => {
    const row = rows.get(sent.id);
    if (row === undefined) return;
    hold(sent.id, row, lost ? undefined : sent.revision);
    if (sent.info !== undefined && row.update.revision === sent.revision) row.infoWanted = false;
    if (wanted) row.infoWanted = row.info !== undefined;
    row.unsent = row.update.revision !== sent.revision || (wanted && row.infoWanted);
  };
  return {
    observe: (updates) => written(disk, () => updates.reduce((count, seen) => count + observeOne(seen), 0)),
    unsent: (limits) => {
      const updates = waiting()
        .slice(0, limits.rows)
        .map(({ update, info, infoWanted }) => ({
          ...update,
          ...(infoWanted && info !== undefined ? { info } : {}),
        }));
      return { updates, more: waiting().length > updates.length };
    },
    unsentCount: () => waiting().length,
    confirmed: (updates, { lost, wanted, unknown }) =>
      written(disk, () => {
        for (const sent of updates)
          confirmOne(sent, lost.includes(sent.id) || unknown.includes(sent.id), wanted.includes(sent.id));
      }),
    moved: (ids) =>
      written(disk, () => {
        for (const id of ids) {
          const row = rows.get(id);
          if (row !== undefined) hold(id, row, undefined);
        }
      }),
    resend: (ids) =>
      written(disk, () => {
        for (const id of ids) {
          const row = rows.get(id);
          order += 1;
          if (row !== undefined) Object.assign(row, { unsent: true, infoWanted: row.info !== undefined, since: order });
        }
      }),
    remove: (ids) =>
      written(disk, () => {
        for (const id of ids) {
          const row = rows.get(id);
          if (row !== undefined) hold(id, row, undefined);
          rows.delete(id);
        }
      }),
    ids: () => [...rows.keys()].sort((a, b) => a - b),
    digest: digest.sum,
    digestOf: digest.sumOf,
    split: digest.split,
    held: ({ from, to }) =>
      [...rows]
        .flatMap(([id, { held }]) => (id >= from && id <= to && held !== undefined ? [[id, held] as const] : []))
        .sort(([a], [b]) => a - b),
    size: () => rows.size,
    believe: (id, held) => {
      const row = rows.get(id);
      if (row !== undefined) hold(id, row, held);
    },
  };
}

interface MasterRow {
  agent: StoredAgent;
  info: AgentInfo | undefined;
  infoOf: string | undefined;
}

export interface MemoryAllAgents extends AllAgents {
  readonly ids: () => readonly number[];
  /** Puts another revision in the place of the one that is held. A fault, for tests. */
  distort(id: number, revision: number): void;
}

export function openAllAgents(disk: Disk = { full: false }): MemoryAllAgents {
  const rows = new Map<number, MasterRow>();
  const digests = new Map<string, RangeDigest>();
  const unpublished = new Set<number>();
  const digestOf = (node: string): RangeDigest => {
    const digest = digests.get(node) ?? openRangeDigest();
    digests.set(node, digest);
    return digest;
  };
  const put = (agent: StoredAgent, before: MasterRow | undefined, more: Partial<MasterRow> = {}): void => {
    const { id } = agent;
    if (before !== undefined) digestOf(before.agent.node).change(id, before.agent.revision, undefined);
    digestOf(agent.node).change(id, undefined, agent.revision);
    rows.set(id, { info: before?.info, infoOf: before?.infoOf, agent, ...more });
    unpublished.add(id);
  };
  const wins = (node: string, update: AgentUpdate, { agent }: MasterRow): boolean => {
    if (agent.node === node) return update.revision >= agent.revision;
    if (agent.node === '') return true;
    return update.seenMs > agent.seenMs || (update.seenMs === agent.seenMs && node > agent.node);
  };
  const merge: AllAgents['merge'] = (node, updates, exists) =>
    written(disk, () => {
      const outcome = {
        lost: [] as number[],
        wanted: [] as number[],
        unknown: [] as number[],
        changed: [] as number[],
      };
      const moved = new Map<string, number[]>();
      for (const { info, ...update } of updates) {
        const { id } = update;
        const before = rows.get(id);
        if (!exists(id)) {
          outcome.unknown.push(id);
          continue;
        }
        if (before !== undefined && !wins(node, update, before)) {
          if (before.agent.node !== node) outcome.lost.push(id);
          continue;
        }
        if (before !== undefined && before.agent.node !== node && before.agent.node !== '')
          moved.set(before.agent.node, [...(moved.get(before.agent.node) ?? []), id]);
        put({ ...update, node }, before, info === undefined ? {} : { info, infoOf: node });
        if (rows.get(id)?.infoOf !== node) outcome.wanted.push(id);
        outcome.changed.push(id);
      }
      return { ...outcome, moved };
    });
  const compare: AllAgents['compare'] = (node, { from, to }, held) =>
    written(disk, () => {
      const outcome = { lost: [] as number[], wanted: [] as number[], unknown: [] as number[] };
      for (const [id, revision] of held) {
        const row = rows.get(id);
        if (row !== undefined && row.agent.node !== node && row.agent.node !== '') outcome.lost.push(id);
        else if (row === undefined || row.agent.node !== node) outcome.wanted.push(id);
        else if (row.agent.revision !== revision) {
          outcome.wanted.push(id);
          put({ ...row.agent, revision: 0 }, row);
        }
      }
      for (const [id, row] of rows) {
        if (id < from || id > to || row.agent.node !== node || held.has(id)) continue;
        put({ ...row.agent, node: '' }, row);
        outcome.wanted.push(id);
      }
      return outcome;
    });
  return {
    merge,
    compare,
    judge: (beforeMs, nowMs, spared) =>
      written(disk, () => {
        const due = [...rows.values()].filter(
          ({ agent }) =>
            (agent.status === 'active' || agent.status === 'pending') && agent.seenMs < beforeMs && !spared(agent.node),
        );
        for (const row of due) put({ ...row.agent, status: 'disconnected', code: 4, disconnectedMs: nowMs }, row);
        return due.map(({ agent }) => agent.id);
      }),
    remove: (ids) =>
      written(disk, () => {
        const known = ids.filter((id) => rows.has(id));
        for (const id of known) {
          const { agent } = rows.get(id)!;
          digestOf(agent.node).change(id, agent.revision, undefined);
          rows.delete(id);
          unpublished.delete(id);
        }
        return known;
      }),
    digest: (node) => digestOf(node).sum(),
    digestOf: (node, range: IdRange) => digestOf(node).sumOf(range),
    one: (id) => rows.get(id)?.agent,
    info: (id) => rows.get(id)?.info,
    infoFrom: (id) => rows.get(id)?.infoOf ?? '',
    page: ({ after, limit }) => {
      const ids = [...rows.keys()].filter((id) => id > after).sort((a, b) => a - b);
      return { rows: ids.slice(0, limit).map((id) => ({ id })), next: ids.length > limit ? ids[limit - 1] : undefined };
    },
    size: () => rows.size,
    unpublished: (limit) => [...unpublished].slice(0, limit),
    published: (updates) =>
      written(disk, () => {
        for (const { id, revision, node, infoFrom } of updates) {
          const { agent, infoOf = '' } = rows.get(id) ?? {};
          if (agent?.revision === revision && agent.node === node && infoOf === infoFrom) unpublished.delete(id);
        }
      }),
    ids: () => [...rows.keys()].sort((a, b) => a - b),
    distort: (id, revision) => {
      const row = rows.get(id);
      if (row !== undefined) put({ ...row.agent, revision }, row);
    },
  };
}
