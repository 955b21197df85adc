/**
 * When agents were heard of whom a row tells only that they live. Such a row has no time
 * (`reference/agent-info.md` 5): read in time it is of now. Read late (nobody read while this process or
 * wazuh-db was down, or the answer took long), it would make a dead agent live again, and take one that has moved
 * from the node that hears it now. Then the database is asked, by `global sql` (see `./own-rows`).
 */
import type { ManagerFault, SeenAgent } from '../manager.ts';
import { ManagerError } from '../manager-error.ts';
import { idOf, msOf } from './rows.ts';
import { type AskWdb, wdbSocket } from './wdb.ts';

export interface HeardAgents {
  readonly agents: readonly SeenAgent[];
  readonly faults: readonly ManagerFault[];
}

/** One answer is cut at 64 KiB: a row is some 45 bytes. */
const rowsAnAnswer = 1_000;

/** `agents` as they were heard; those that the database does not tell of stay as they are. Never rejects. */
export async function heardWhen(ask: AskWdb, agents: readonly SeenAgent[], signal: AbortSignal): Promise<HeardAgents> {
  const times = new Map<number, number>();
  try {
    for (let at = 0; at < agents.length; at += rowsAnAnswer)
      for (const [id, ms] of await timesOf(ask, agents.slice(at, at + rowsAnAnswer), signal)) times.set(id, ms);
  } catch (error) {
    if (!(error instanceof ManagerError) && !(error instanceof SyntaxError)) throw error;
    return { agents: dated(agents, times), faults: [unread(agents.length - times.size, error)] };
  }
  return { agents: dated(agents, times), faults: [] };
}

async function timesOf(
  ask: AskWdb,
  agents: readonly SeenAgent[],
  signal: AbortSignal,
): Promise<readonly (readonly [id: number, ms: number])[]> {
  const ids = agents.map(({ id }) => id).join();
  const { text } = await ask(`global sql select id, last_keepalive from agent where id in (${ids})`, signal);
  const rows: unknown = JSON.parse(text);
  if (!Array.isArray(rows)) return [];
  return (rows as readonly ({ readonly id?: unknown; readonly last_keepalive?: unknown } | null)[]).flatMap((row) => {
    const [id, ms] = [idOf(row?.id), msOf(row?.last_keepalive)];
    return id === undefined || ms === 0 ? [] : [[id, ms] as const];
  });
}

/** Nobody is heard after he was read. */
const dated = (agents: readonly SeenAgent[], times: ReadonlyMap<number, number>): readonly SeenAgent[] =>
  agents.map((agent) => ({ ...agent, seenMs: Math.min(agent.seenMs, times.get(agent.id) ?? agent.seenMs) }));

const unread = (count: number, { message }: Error): ManagerFault => ({
  at: wdbSocket,
  code: 'times-unread',
  text: `when ${count} agent${count === 1 ? '' : 's'} were heard could not be read, and they count as heard now: ${message}`,
});
