/** What 4.14 says of one worker. Pure. */
import { microsAgo, utcText, type WallClock } from '@muster/reference-forms';
import { durationText } from './duration.ts';
import { type HealthRow, truth } from './health-row.ts';

/** When a piece of work began and ended; undefined: never. */
type Span = { readonly startAgoMs: number; readonly endAgoMs: number } | undefined;

export function summary414({ work, lastKeepAliveAgoMs }: HealthRow, clock: WallClock): string {
  const parts = [
    ['Integrity check', work?.checked],
    ['Integrity sync', work?.synced],
    ['Agents-info', work?.agentInfo],
    ['Agent-groups', work?.agentGroups],
    ['Agent-groups full', work?.agentGroupsFull],
  ] as const;
  const ends = parts.map(([label, span]) => `${label}: ${dateText(span?.endAgoMs, clock)}`);
  return `${ends.join(' | ')} | Last keep alive: ${dateText(lastKeepAliveAgoMs, clock)}.`;
}

/** The lines below `Status:`. */
export function details414({ work, lastKeepAliveAgoMs }: HealthRow, clock: WallClock): readonly string[] {
  const span = (of: Span): string => spanText(of, clock);
  const { shared = 0, missing = 0, extra = 0 } = work?.synced ?? {};
  return [
    'Last keep Alive:',
    `    Last received: ${dateText(lastKeepAliveAgoMs, clock)}.`,
    'Integrity check:',
    `    Last integrity check: ${span(work?.checked)}.`,
    `    Permission to check integrity: ${truth(work?.syncing !== true)}.`,
    'Integrity sync:',
    `    Last integrity synchronization: ${span(work?.synced)}.`,
    `    Synchronized files: Shared: ${shared} | Missing: ${missing} | Extra: ${extra}.`,
    'Agents-info:',
    `    Last synchronization: ${span(work?.agentInfo)}.`,
    `    Number of synchronized chunks: ${work?.agentInfo?.chunks ?? 0}.`,
    `    Permission to synchronize agent-info: ${truth(work?.sendingAgents !== true)}.`,
    'Agents-groups:',
    `    Last synchronization: ${span(work?.agentGroups)}.`,
    `    Number of synchronized chunks: ${work?.agentGroups?.chunks ?? 0}.`,
    'Agents-groups full:',
    `    Last synchronization: ${span(work?.agentGroupsFull)}.`,
    `    Number of synchronized chunks: ${work?.agentGroupsFull?.chunks ?? 0}.`,
  ];
}

function spanText(span: Span, clock: WallClock): string {
  if (span === undefined) return 'n/a (n/a - n/a)';
  const [start, end] = [microsAgo(span.startAgoMs, clock), microsAgo(span.endAgoMs, clock)];
  return `${durationText(start, end)} (${utcText(start)} - ${utcText(end)})`;
}

const dateText = (agoMs: number | undefined, clock: WallClock): string =>
  agoMs === undefined ? 'n/a' : utcText(microsAgo(agoMs, clock));
