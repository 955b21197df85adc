/** What 3.8 says of one worker. Pure. */
import { localText, microsAgo, type WallClock } from '@muster/reference-forms';
import { type HealthRow, truth, type Work } from './health-row.ts';

export function summary38({ work, lastKeepAliveAgoMs }: HealthRow, clock: WallClock): string {
  const parts = [
    `Integrity: ${filesSpan(work, clock).end}`,
    `Agents-info: ${spanOf(work?.agentInfo, clock).end}`,
    `Agent-groups: ${spanOf(groupsOf(work), clock).end}`,
    `Last keep alive: ${keepAliveText(lastKeepAliveAgoMs, clock)}`,
  ];
  return `${parts.join(' | ')}.`;
}

/** The lines below `Status:`. */
export function details38({ work, lastKeepAliveAgoMs }: HealthRow, clock: WallClock): readonly string[] {
  const { shared = 0, missing = 0, extra = 0 } = work?.synced ?? {};
  const last = ({ start, end }: SpanText): string => `    Last synchronization: ${start} - ${end}.`;
  const permission = (isFree: boolean): string => `    Permission to synchronize: ${truth(isFree)}.`;
  return [
    'Last keep Alive:',
    `    Last received: ${keepAliveText(lastKeepAliveAgoMs, clock)}.`,
    'Integrity',
    last(filesSpan(work, clock)),
    `    Synchronized files: Shared: ${shared} | Missing: ${missing} | Extra: ${extra} | Extra valid: 0.`,
    permission(work?.syncing !== true),
    'Agents-info',
    last(spanOf(work?.agentInfo, clock)),
    `    Synchronized files: ${work?.agentInfo?.agents ?? 0}.`,
    permission(work?.sendingAgents !== true),
    'Agents-group',
    last(spanOf(groupsOf(work), clock)),
    `    Synchronized files: ${groupsOf(work)?.chunks ?? 0}.`,
    permission(true),
  ];
}

interface SpanText {
  readonly start: string;
  readonly end: string;
}

/** While files are being synchronised there is no end yet, and when that began is not told. */
const filesSpan = (work: Work | undefined, clock: WallClock): SpanText =>
  work?.syncing === true ? { start: 'n/a', end: 'In progress' } : spanOf(work?.synced, clock);

/** 3.8 has one kind of it: the last of the two counts. */
function groupsOf(work: Work | undefined): Work['agentGroups'] {
  const [changes, all] = [work?.agentGroups, work?.agentGroupsFull];
  if (changes === undefined || all === undefined) return changes ?? all;
  return all.endAgoMs < changes.endAgoMs ? all : changes;
}

function spanOf(span: Work['checked'], clock: WallClock): SpanText {
  if (span === undefined) return { start: 'n/a', end: 'n/a' };
  const text = (agoMs: number): string => localText(microsAgo(agoMs, clock), 2, clock);
  return { start: text(span.startAgoMs), end: text(span.endAgoMs) };
}

const keepAliveText = (agoMs: number | undefined, clock: WallClock): string =>
  agoMs === undefined ? '0' : localText(microsAgo(agoMs, clock), 6, clock);
