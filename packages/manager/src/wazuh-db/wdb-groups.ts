/** Assignments in the database of 4.x (`reference/agent-info.md` 6 and 7). */
import { agentIdText } from '@muster/protocol';
import { isAssignable } from '../files/group-files.ts';
import { unknownAgent } from '../files/publish-files.ts';
import type { AssignedGroups, Manager, ManagerFault } from '../manager.ts';
import { capped, ManagerError } from '../manager-error.ts';
import type { ManagerKeys } from '../manager-keys.ts';
import { idOf } from './rows.ts';
import { type AskWdb, badAnswer, wdbSocket } from './wdb.ts';

/** 4.14 takes no more. */
const maxGroups = 128;
/** Agents of one command: below 64 KiB at usual names. */
const agentsACommand = 200;
const maxCommandBytes = 60_000;

export function openWdbGroups(ask: AskWdb, keys: ManagerKeys): Pick<Manager, 'groups' | 'assign'> {
  const groups: Manager['groups'] = async (after, signal) => {
    signal.throwIfAborted();
    const asked = { condition: 'all', set_synced: false, get_global_hash: false, last_id: Math.max(0, after) };
    const { status, text } = await ask(`global sync-agent-groups-get ${JSON.stringify(asked)}`, signal);
    const faults: ManagerFault[] = [];
    const { rows, lastId } = rowsOf(text, faults);
    if (status === 'ok') return { rows, faults: capped(faults), next: undefined };
    // More is due behind what came; without an id to go on from it would never end.
    if (lastId <= after) throw badAnswer(wdbSocket);
    return { rows, faults: capped(faults), next: lastId };
  };

  const assign: Manager['assign'] = async (rows, signal) => {
    signal.throwIfAborted();
    const faults: ManagerFault[] = [];
    const good = rows.filter((row) => isAssignable(row, faults, maxGroups)).flatMap((row) => namedOf(row, faults));
    let set = 0;
    for (const batch of batchesOf(good)) set += await setAll(batch, faults, signal);
    if (good.length > 0 && set === 0) throw noneSet(faults.at(-1)!);
    return capped(faults);
  };

  const namedOf = ({ id, groups: names }: AssignedGroups, faults: ManagerFault[]): Named[] => {
    const name = keys.of(id)?.name;
    if (name !== undefined) return [{ id, name, groups: names }];
    faults.push(unknownAgent(id));
    return [];
  };

  /** A refused batch is halved until the agents are found that it was refused for. How many were set. */
  const setAll = async (batch: readonly Named[], faults: ManagerFault[], signal: AbortSignal): Promise<number> => {
    const command = `global set-agent-groups ${JSON.stringify({ mode: 'override', sync_status: 'synced', data: batch })}`;
    try {
      await ask(command, signal);
      return batch.length;
    } catch (error) {
      if (!(error instanceof ManagerError) || error.code !== 'refused') throw error;
      if (batch.length === 1) {
        faults.push({ at: `agent ${agentIdText(batch[0]!.id)}`, code: 'refused', text: error.message });
        return 0;
      }
      const half = Math.ceil(batch.length / 2);
      const set = await setAll(batch.slice(0, half), faults, signal);
      return set + (await setAll(batch.slice(half), faults, signal));
    }
  };
  return { groups, assign };
}

interface Named extends AssignedGroups {
  readonly name: string;
}

const noneSet = ({ code, text }: ManagerFault): ManagerError => new ManagerError(wdbSocket, code, text);

function batchesOf(rows: readonly Named[]): Named[][] {
  const batches: Named[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const more = JSON.stringify(row).length;
    const last = batches.at(-1);
    if (last === undefined || last.length === agentsACommand || bytes + more > maxCommandBytes) {
      batches.push([row]);
      bytes = more;
    } else {
      last.push(row);
      bytes += more;
    }
  }
  return batches;
}

/** `[{"data":[{"id":1,"name":"n","groups":["default"]}]}]`; agents without groups are left out, the manager itself too. */
function rowsOf(text: string, faults: ManagerFault[]): { rows: AssignedGroups[]; lastId: number } {
  const rows: AssignedGroups[] = [];
  let lastId = 0;
  for (const raw of dataOf(text)) {
    const { id: rawId, groups = [] } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
    if (rawId === 0) continue;
    const id = idOf(rawId);
    if (id === undefined)
      faults.push({
        at: wdbSocket,
        code: 'bad-id',
        text: 'a row of groups has no id and was passed over; look into the log of wazuh-db',
      });
    else {
      lastId = Math.max(lastId, id);
      const row = {
        id,
        groups: Array.isArray(groups) ? groups.map((one: unknown) => (typeof one === 'string' ? one : '?')) : ['?'],
      };
      if (row.groups.length > 0 && isAssignable(row, faults)) rows.push(row);
    }
  }
  return { rows: rows.sort((one, other) => one.id - other.id), lastId };
}

function dataOf(text: string): readonly unknown[] {
  try {
    const chunks: unknown = JSON.parse(text);
    if (!Array.isArray(chunks)) throw badAnswer(wdbSocket);
    return chunks.flatMap((chunk: { data?: unknown } | null) =>
      Array.isArray(chunk?.data) ? (chunk.data as unknown[]) : [],
    );
  } catch (error) {
    if (error instanceof SyntaxError) throw badAnswer(wdbSocket);
    throw error;
  }
}
