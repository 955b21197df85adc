/** What one node says of the manager beside it. */

import type { Logs, NodeInfo } from '@muster/protocol';
import { type TSchema, Type } from '@sinclair/typebox';
import { within } from '../deadline.ts';
import type { ApiSources } from '../deps.ts';
import { fields } from '../routes/route.ts';
import { askNode } from './ask-node.ts';

const text = Type.String();
const count = Type.Integer();

/** The reference's members that can be told truly, and Muster's own. No path: where R is concerns nobody outside. */
export const InfoRow: TSchema = fields({
  version: Type.Optional(text),
  type: Type.Literal('server'),
  tz_offset: text,
  tz_name: text,
  muster_version: text,
  runtime: text,
  uptime_s: count,
});

export const infoRow = ({ managerVersion, zoneMinutes, zone, version, runtime, uptimeMs }: NodeInfo) => ({
  ...(managerVersion === undefined ? {} : { version: `v${managerVersion}` }),
  type: 'server' as const,
  tz_offset: offsetText(zoneMinutes),
  tz_name: zone,
  muster_version: version,
  runtime,
  uptime_s: Math.floor(uptimeMs / 1000),
});

/** `+0530`. */
function offsetText(minutes: number): string {
  const all = Math.abs(minutes);
  const digits = [Math.floor(all / 60), all % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${digits.join('')}`;
}

const states = ['running', 'stopped', 'failed', 'starting', 'restarting'].map((state) => Type.Literal(state));
export const StatusRow: TSchema = Type.Record(text, Type.Union(states));
export const statusRow = ({ daemons }: NodeInfo) => Object.fromEntries(daemons.map(({ name, state }) => [name, state]));

export const LogRow: TSchema = fields({
  timestamp: Type.Optional(text),
  tag: Type.Optional(text),
  level: Type.Optional(text),
  description: Type.Optional(text),
});
export const logFields = ['timestamp', 'tag', 'level', 'description'] as const;

export type ShownLine = ReturnType<typeof logRow>;
export const logRow = ({ time, tag, level, text }: Logs['rows'][number]) => ({
  timestamp: time,
  tag,
  level,
  description: text,
});

/** How far back a list of lines goes, as in the reference. */
export const mostLines = 2_000;
const pageRows = 500;

/** The newest lines of the manager's log that fit, `mostLines` at most; all of them within one deadline. */
export const logLines = (
  sources: ApiSources,
  node: string,
  filter: { readonly level?: NonNullable<Level>; readonly tag?: string },
): Promise<readonly ShownLine[]> =>
  within(sources.clock, async () => {
    const rows: ShownLine[] = [];
    for (;;) {
      const query = { type: 'get-logs', log: 'manager', offset: rows.length, limit: pageRows, ...filter } as const;
      const page = await askNode(sources, node, query, 'logs');
      rows.push(...page.rows.map(logRow));
      if (page.rows.length === 0 || rows.length >= Math.min(page.total, mostLines)) return rows.slice(0, mostLines);
    }
  });

export const levels = ['critical', 'debug', 'debug2', 'error', 'info', 'warning'] as const;
type Level = (typeof levels)[number] | undefined;

const summaryCounts = { all: count, critical: count, debug: count, error: count, info: count, warning: count };
export const SummaryRow: TSchema = Type.Record(text, fields(summaryCounts));

/** Lines by tag and level. */
export function summaryOf(rows: readonly ShownLine[]) {
  const counts = new Map<string, Record<keyof typeof summaryCounts, number>>();
  for (const { tag, level } of rows) {
    const found = counts.get(tag) ?? { all: 0, critical: 0, debug: 0, error: 0, info: 0, warning: 0 };
    const name = level.toLowerCase().replace('debug2', 'debug');
    found.all += 1;
    if (name !== 'all' && Object.hasOwn(found, name)) found[name as keyof typeof summaryCounts] += 1;
    counts.set(tag, found);
  }
  return counts;
}
