/** `cluster_control -i [more]`: which nodes, how many, and the lines around them. Pure. */
import { activeAgents38, type WallClock } from '@muster/reference-forms';
import { printable } from '@muster/render';
import { details38, summary38 } from './health-38.ts';
import { details414, summary414 } from './health-414.ts';
import type { HealthRow } from './health-row.ts';
import type { Profile } from './profile.ts';

export interface HealthSheet {
  readonly cluster: string;
  readonly rows: readonly HealthRow[];
  /** Names behind `-fn`; empty: all. */
  readonly filter: readonly string[];
  readonly more: boolean;
}

export function renderHealth({ cluster, rows, filter, more }: HealthSheet, profile: Profile, clock: WallClock): string {
  const wanted = [...rows.filter(({ name }) => isWanted(name, filter, profile))];
  const sorted = wanted.sort((one, other) => (one.name < other.name ? -1 : 1));
  const count = profile === '3.8' ? rows.filter(isWorker).length + 1 : wanted.filter(isWorker).length;
  const head = `Cluster name: ${printable(cluster)}\n\n`;
  if (more) return `${head}Connected nodes (${count}):\n${sorted.map((row) => block(row, profile, clock)).join('')}\n`;
  const summary = profile === '3.8' ? summary38 : summary414;
  const lines = sorted.filter(isWorker).map((row) => `    ${placeOf(row)}: ${summary(row, clock)}\n`);
  return `${head}Last completed synchronization for connected nodes (${count}):\n${lines.join('')}\n`;
}

function block(row: HealthRow, profile: Profile, clock: WallClock): string {
  const agents = profile === '3.8' ? activeAgents38(row) : row.activeAgents;
  const details = profile === '3.8' ? details38 : details414;
  const lines = [
    `    ${placeOf(row)}`,
    `        Version: ${printable(row.version)}`,
    `        Type: ${row.role}`,
    `        Active agents: ${agents}`,
    ...(isWorker(row) ? ['        Status:', ...details(row, clock).map((line) => `            ${line}`)] : []),
  ];
  return `\n${lines.join('\n')}\n`;
}

/** 3.8 looks for the name in the printed list of names, so that a part of one is as good as all of it. */
function isWanted(name: string, filter: readonly string[], profile: Profile): boolean {
  if (filter.length === 0) return true;
  return profile === '3.8' ? `['${filter.join("', '")}']`.includes(name) : filter.includes(name);
}

const isWorker = ({ role }: HealthRow): boolean => role === 'worker';
const placeOf = ({ name, address }: HealthRow): string => `${printable(name)} (${printable(address)})`;
