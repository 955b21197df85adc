/** What the master shows of agents, as its command line asks for it. */
import type { SimNode } from '../../world/world.ts';

/** As the protocol has it (`AgentRowView`). */
export interface AgentRow {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly node?: string;
  readonly seenAgoMs?: number;
  readonly version: string;
  readonly groups: string;
}

interface Page {
  readonly type: string;
  readonly rows?: readonly AgentRow[];
  readonly next?: number;
}

/** More pages than this are no list. */
const mostPages = 100;

/** All rows, or in words why there are none; undefined: no node shows agents yet. */
export async function agentsOf(node: SimNode): Promise<readonly AgentRow[] | string | undefined> {
  const rows: AgentRow[] = [];
  let after: number | undefined = 0;
  for (let pages = 0; after !== undefined; pages++) {
    if (pages === mostPages) return `${node.name} shows ${mostPages} pages of agents, and more`;
    const asked: Promise<unknown> = node.ask({ type: 'get-agents', after } as never);
    const page = (await asked.catch((error: unknown) => String(error))) as Page | string | undefined;
    if (page === undefined) return undefined;
    if (typeof page === 'string') return `${node.name} does not show its agents: ${page}`;
    if (page.rows === undefined) return `${node.name} answers ${page.type} when it is asked for its agents`;
    rows.push(...page.rows);
    after = page.next;
  }
  return rows;
}
