/** `muster agents`, `muster agent`: lists that may be longer than a person waits for without a word. */
import type { AgentFilter, ControlClient } from '@muster/control';
import type { AgentRowView, Agents } from '@muster/protocol';
import { type AgentTable, type AgentTally, agentTable, emptyTally, shownOf, tallied, totals } from '@muster/render';
import type { CommandDeps, Output } from './commands.ts';
import { writeWholeMs } from './conversation.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Look } from './view.ts';

/** Rows that are kept before the first is written, so that columns fit them all. What comes after may widen a column. */
const keptRows = 10_000;

/** Writes as it reads: however long the list is, it is never held whole. Each page comes in under 2 s, or it breaks off. */
export async function showAgents(
  deps: CommandDeps,
  output: Output,
  root: string,
  filter: AgentFilter,
  json: boolean,
): Promise<ExitCode> {
  const client = await deps.look(root);
  try {
    await writePages(client, filter, output, json ? jsonWriter(output) : tableWriter(output));
    return exitCodes.fine;
  } finally {
    client.close();
  }
}

/** Rows of one look of a watched list: more than any screen has. */
const watchedRows = 1_000;

/** The first of them, and how many there are. */
export const agentsLook =
  (filter: AgentFilter): Look =>
  async (client, paint) => {
    const rows: AgentRowView[] = [];
    let tally = emptyTally;
    let total = 0;
    for await (const page of client.allAgents(filter)) {
      rows.push(...page.rows.slice(0, watchedRows - rows.length));
      tally = tallied(tally, page.rows);
      total = page.total;
    }
    const shown = shownOf(tally);
    const cut = rows.length < shown ? [`These are the first ${rows.length} of them.`] : [];
    const table = rows.length === 0 ? [] : [...agentTable(paint).part(rows), ''];
    const value = { agents: rows, shown, total };
    return { value, lines: [...table, ...cut, totals(tally, total)], code: exitCodes.fine };
  };

/** Where the pages go. `end` is not called when the list breaks off. */
interface Writer {
  /** Whether words were written by now: then they are progress enough on a terminal. */
  readonly hasWritten: () => boolean;
  page(rows: readonly AgentRowView[]): void;
  end(tally: AgentTally, total: number): void;
}

async function writePages(client: ControlClient, filter: AgentFilter, output: Output, writer: Writer): Promise<void> {
  let tally = emptyTally;
  let last: Agents | undefined;
  try {
    for await (const page of client.allAgents(filter)) {
      last = page;
      tally = tallied(tally, page.rows);
      output.progress?.('');
      writer.page(page.rows);
      // Nobody reads on (`muster agents | head`): the rest is neither asked for nor said.
      if ((await output.flow?.()) === false) return;
      if (page.next !== undefined) tellProgress(output, tally, page.total, writer.hasWritten());
    }
  } finally {
    output.progress?.('');
  }
  writer.end(tally, last?.total ?? 0);
}

/** Only where stderr is a terminal, and where the rows themselves do not run over it. */
function tellProgress(output: Output, tally: AgentTally, total: number, hasWritten: boolean): void {
  if (hasWritten && output.outIsTerminal === true) return;
  output.progress?.(`${shownOf(tally)} agents so far, of ${total} in all …`);
}

function tableWriter(output: Output): Writer {
  const table: AgentTable = agentTable(output.paint);
  let kept: AgentRowView[] | undefined = [];
  const write = (rows: readonly AgentRowView[]): void => {
    if (rows.length > 0) output.out(table.part(rows).join('\n'));
  };
  const release = (): void => {
    write(kept ?? []);
    kept = undefined;
  };
  return {
    hasWritten: () => kept === undefined,
    page: (rows) => {
      if (kept === undefined) return write(rows);
      kept.push(...rows);
      if (kept.length >= keptRows) release();
    },
    end: (tally, total) => {
      release();
      output.out(shownOf(tally) === 0 ? totals(tally, total) : `\n${totals(tally, total)}`);
    },
  };
}

/** One object, an agent a line. */
function jsonWriter(output: Output): Writer {
  let begun = false;
  const begin = (): void => {
    if (!begun) output.out('{\n  "agents": [');
    begun = true;
  };
  let separator = '    ';
  return {
    hasWritten: () => begun,
    page: (rows) => {
      begin();
      const lines = rows.map((row) => {
        const line = `${separator}${JSON.stringify(row, writeWholeMs)}`;
        separator = '  , ';
        return line;
      });
      if (lines.length > 0) output.out(lines.join('\n'));
    },
    end: (tally, total) => {
      begin();
      output.out(`  ],\n  "shown": ${shownOf(tally)},\n  "total": ${total}\n}`);
    },
  };
}
