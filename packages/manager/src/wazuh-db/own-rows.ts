/**
 * Agents that report to a master itself: its database flags none of them (`reference/agent-info.md` 5), so
 * their rows are asked for, those that were heard since the last time. `global sql` is wazuh-db's own way
 * for that; it is no part of the reference, and a version that refuses it costs a fault and nothing else.
 * Labels lie in a table of their own and are not read.
 */
import type { ManagerFault, SeenAgent } from '../manager.ts';
import { ManagerError } from '../manager-error.ts';
import { readRow, textColumns } from './rows.ts';
import { type AskWdb, wdbSocket } from './wdb.ts';

export interface OwnRows {
  /** Reads on until the table ends or `isEnough`. Never rejects. */
  read(hold: (agent: SeenAgent) => void, isEnough: () => boolean): Promise<readonly ManagerFault[]>;
  /** Whether the table did not end yet. */
  readonly goesOn: () => boolean;
}

/** Rows of one answer, which is cut at 64 KiB: a row is some 700 bytes and 1,500 at most. */
const rowsAnAnswer = 40;
/** The database counts whole seconds, and a row may be written while it is read: such a one is given twice. */
const overlapSeconds = 2;
const columns = ['id', 'last_keepalive', 'connection_status', 'disconnection_time', 'status_code', ...textColumns];

/** `ended`: the manager is closed, and what is under way with it. */
export function openOwnRows(
  ask: AskWdb,
  {
    ownNode,
    wallNow,
    ended,
  }: { readonly ownNode: string; readonly wallNow: () => number; readonly ended: AbortSignal },
): OwnRows {
  let sinceSeconds = 0;
  /** Of the sweep that is going on: behind which id it goes on, and when it began. */
  let sweep: { readonly after: number; readonly startedSeconds: number } | undefined;

  const page = async (after: number): Promise<readonly Record<string, unknown>[]> => {
    const node = ownNode.replaceAll("'", "''");
    const heard = `(last_keepalive >= ${sinceSeconds} or disconnection_time >= ${sinceSeconds})`;
    const where = `id > ${after} and last_keepalive > 0 and node_name = '${node}' and ${heard}`;
    const query = `select ${columns.join(', ')} from agent where ${where} order by id limit ${rowsAnAnswer}`;
    const { text } = await ask(`global sql ${query}`, ended);
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  };

  const read: OwnRows['read'] = async (hold, isEnough) => {
    const faults: ManagerFault[] = [];
    sweep ??= { after: 0, startedSeconds: Math.floor(wallNow() / 1_000) };
    try {
      while (!isEnough()) {
        const rows = await page(sweep.after);
        for (const row of rows) {
          const one = readRow('syncreq', JSON.stringify(row), wallNow(), wdbSocket);
          if (one !== 'nothing' && one.agent !== undefined) hold(one.agent);
          if (one !== 'nothing' && one.fault !== undefined) faults.push(one.fault);
        }
        const last = Number(rows.at(-1)?.id);
        if (rows.length < rowsAnAnswer || !(last > sweep.after)) {
          sinceSeconds = Math.max(0, sweep.startedSeconds - overlapSeconds);
          sweep = undefined;
          break;
        }
        sweep = { ...sweep, after: last };
      }
    } catch (error) {
      if (!(error instanceof ManagerError) && !(error instanceof SyntaxError)) throw error;
      sweep = undefined;
      faults.push({
        at: wdbSocket,
        code: 'own-agents-unread',
        text: `agents that report to this master itself could not be read: ${error.message}`,
      });
    }
    return faults;
  };
  return { read, goesOn: () => sweep !== undefined };
}
