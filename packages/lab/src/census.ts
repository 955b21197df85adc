/** Where agents are: as they know it themselves, and as the master shows it. */
import type { AgentRowView } from '@muster/protocol';

/** A simulated agent, as it knows itself. */
export interface KnownAgent {
  readonly name: string;
  /** Absent before it is enrolled. */
  readonly id?: number;
  readonly state: string;
  readonly node?: string;
  /** Connections that it has lost. */
  readonly losses: number;
  readonly why: string;
}

/** What of a row of the master's matters here. */
export type ShownAgent = Pick<AgentRowView, 'id' | 'status' | 'node'>;

/** Agents that report to `node`, and those that the master shows there as active. */
export function countsAt(
  node: string,
  known: readonly KnownAgent[],
  shown: readonly ShownAgent[],
): { readonly connected: number; readonly shown: number } {
  return {
    connected: known.filter((agent) => agent.state === 'reporting' && agent.node === node).length,
    shown: shown.filter((agent) => agent.status === 'active' && agent.node === node).length,
  };
}

/** What is wrong, in words: an agent that does not report, that the master shows twice, not at all or elsewhere. '' when nothing is. */
export function disagreement(known: readonly KnownAgent[], shown: readonly ShownAgent[] | undefined): string {
  const silent = known.filter(({ state }) => state !== 'reporting');
  if (known.length === 0) return 'there are no agents';
  if (silent.length > 0) return `${silent.length} agents do not report: ${named(silent[0]!)}`;
  if (shown === undefined) return 'the master does not answer';
  const wrong = known.flatMap((agent) => wrongOf(agent, shown));
  return wrong.length === 0 ? '' : `${wrong.length} agents are shown wrongly: ${wrong[0]}`;
}

function wrongOf(agent: KnownAgent, shown: readonly ShownAgent[]): readonly string[] {
  const rows = shown.filter(({ id }) => id === agent.id);
  const [row] = rows;
  if (row === undefined) return [`${agent.name} is not shown`];
  if (rows.length > 1) return [`${agent.name} is shown ${rows.length} times`];
  if (row.status !== 'active') return [`${agent.name} is shown as ${row.status}`];
  return row.node === agent.node ? [] : [`${agent.name} reports to ${agent.node}, and is shown at ${row.node}`];
}

const named = ({ name, state, why }: KnownAgent): string => `${name} is ${state}${why === '' ? '' : ` (${why})`}`;
