/** The newest lines of a log of this node, by what is asked for. */
import type { GetLogs, Logs } from '@muster/protocol';
import type { HostPort } from '../platform.ts';
import { joined, type LogRow, rowOf, withoutSecrets } from './log-line.ts';

/** What is read of it. */
export const maxLogBytes = 4 * 1024 * 1024;
/** Lines between two turns of others: a few milliseconds. */
const linesATurn = 1_000;

const files = { manager: 'ossec.log', cluster: 'cluster.log' } as const;

export interface LogSources {
  readonly host: Pick<HostPort, 'readEnd'>;
  /** R. */
  readonly root: string;
  /** Never shown, wherever they stand. */
  readonly secrets: readonly string[];
  /** Resolves after others had a turn. */
  readonly turn: () => Promise<void>;
}

export type LogQuery = Omit<GetLogs, 'type'>;

/** Newest first; `total`: those that fit, in the last 4 MiB. A log that is not there is empty; rejects with `log-unreadable`. */
export async function readLog(query: LogQuery, sources: LogSources): Promise<Pick<Logs, 'rows' | 'total'>> {
  const { offset, limit, search } = query;
  const hasWords = filterOf(query);
  const part = search?.toLowerCase();
  const rows: LogRow[] = [];
  let total = 0;
  for await (const row of rowsOf(await linesOf(query.log, sources), sources.turn)) {
    if (!hasWords(row)) continue;
    const isShown = total >= offset && total < offset + limit;
    // What is searched is what would be shown: else a secret could be guessed piece by piece.
    const shown = part !== undefined || isShown ? withoutSecrets(row, sources.secrets) : row;
    if (part !== undefined && !shown.text.toLowerCase().includes(part)) continue;
    if (isShown) rows.push(shown);
    total += 1;
  }
  return { rows, total };
}

/** The newest first. Lines without a row of their own belong to the one before them; at the very beginning there is none. */
async function* rowsOf(lines: readonly string[], turn: () => Promise<void>): AsyncGenerator<LogRow, void, undefined> {
  let waiting: string[] = [];
  for (let at = lines.length - 1; at >= 0; at--) {
    if (at % linesATurn === 0) await turn();
    const line = lines[at] ?? '';
    const row = rowOf(line);
    if (row === undefined) {
      waiting.push(line);
      continue;
    }
    yield waiting.reduceRight(joined, row);
    waiting = [];
  }
  const left = waiting.reduceRight<LogRow | undefined>(joined, undefined);
  if (left !== undefined) yield left;
}

/** Of a file that is longer than what is read, the first line is part of one. */
async function linesOf(log: LogQuery['log'], { host, root }: LogSources): Promise<readonly string[]> {
  const found = await host.readEnd(`${root}/logs/${files[log]}`, maxLogBytes).catch((error: unknown) => {
    throw unreadable(files[log], error);
  });
  if (found === undefined) return [];
  const lines = new TextDecoder().decode(found.bytes).split(/\r?\n/);
  return (found.cut ? lines.slice(1) : lines).filter((line) => line !== '');
}

const filterOf =
  ({ level, tag }: LogQuery): ((row: LogRow) => boolean) =>
  (row) =>
    (level === undefined || row.level === level) &&
    (tag === undefined || row.tag === tag || row.tag.startsWith(`${tag}: `));

const unreadable = (file: string, error: unknown): Error => {
  const code = (error as NodeJS.ErrnoException).code ?? 'failed';
  const text = `R/logs/${file} cannot be read (${code}): it must be a plain file that Muster's user may read.`;
  return Object.assign(new Error(text), { code: 'log-unreadable' });
};
