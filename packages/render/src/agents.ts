import { type AgentRowView, type AgentStatus, agentIdText } from '@muster/protocol';
import { type Cell, type Paint, renderRows, type Tone } from './table.ts';
import { age, counted, printable } from './units.ts';

export const agentTones: Readonly<Record<AgentStatus, Tone>> = {
  active: 'good',
  pending: 'warn',
  disconnected: 'bad',
  never_connected: 'dim',
};

const head = ['ID', 'NAME', 'IP', 'STATUS', 'NODE', 'LAST KEEP-ALIVE', 'VERSION', 'GROUPS'];

/** Lines of a table that is written part by part: columns never become narrower from one part to the next. */
export interface AgentTable {
  /** The head comes with the first part. */
  part(rows: readonly AgentRowView[]): string[];
}

export function agentTable(paint: Paint): AgentTable {
  let widths: readonly number[] | undefined;
  return {
    part: (rows) => {
      const headCells = head.map((text): Cell => ({ text, tone: 'bold' }));
      const cells = [...(widths === undefined ? [headCells] : []), ...rows.map(rowOf)];
      const { lines, widths: grown } = renderRows(cells, widths ?? [], paint);
      widths = grown;
      return lines;
    },
  };
}

const rowOf = ({ id, name, ip, status, node, seenAgoMs, version, groups }: AgentRowView): readonly Cell[] => [
  { text: agentIdText(id), align: 'right' },
  { text: printable(name) },
  { text: printable(ip) },
  { text: status, tone: agentTones[status] },
  { text: node === undefined ? '-' : printable(node) },
  { text: seenAgoMs === undefined ? 'never' : ago(seenAgoMs), align: 'right' },
  { text: version === '' ? '-' : printable(version) },
  { text: groups === '' ? '-' : printable(groups) },
];

/** `now` below a second. */
export const ago = (ms: number): string => (ms < 1_000 ? 'now' : `${age(ms)} ago`);

/** How many were shown, by status. */
export type AgentTally = Readonly<Record<AgentStatus, number>>;
export const emptyTally: AgentTally = { never_connected: 0, pending: 0, active: 0, disconnected: 0 };

export function tallied(tally: AgentTally, rows: readonly AgentRowView[]): AgentTally {
  const next = { ...tally };
  for (const { status } of rows) next[status] += 1;
  return next;
}

/** As they are said: those that live first. */
const inWords: readonly AgentStatus[] = ['active', 'disconnected', 'pending', 'never_connected'];

export const shownOf = (tally: AgentTally): number => inWords.reduce((sum, status) => sum + tally[status], 0);

/** `3 of 7 agents: 2 active, 1 disconnected`; without `of` where all are shown. */
export function totals(tally: AgentTally, total: number): string {
  const shown = shownOf(tally);
  const most = Math.max(shown, total);
  const parts = inWords.flatMap((status) => (tally[status] === 0 ? [] : [`${tally[status]} ${status}`]));
  const which = shown === most ? counted(shown, 'agent') : `${shown} of ${counted(most, 'agent')}`;
  return parts.length === 0 ? which : `${which}: ${parts.join(', ')}`;
}
