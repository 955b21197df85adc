import type { NodeView } from '@muster/protocol';
import type { LabNode } from './layout.ts';

/** One node as the lab shows it. */
export interface LabRow {
  readonly name: string;
  readonly pid: number | undefined;
  /** `starting`, `up`, `suspect`, `down`, `left`, `unknown`, or `ended` where the process is gone. */
  readonly state: string;
  readonly sync: string;
  readonly generation: number | undefined;
  readonly lag: number | undefined;
  readonly files: number;
  /** Lines of its client.keys. */
  readonly keys: number;
  /** Agents that the master shows there; with those that report there, where they are not the same. `-`: there are none in this lab. */
  readonly agents: string;
  /** Why it is not in sync, or not up. */
  readonly why: string;
}

/** What the master says of `node`, with what the lab knows of its process. */
export function labRow(
  { name }: LabNode,
  pid: number | undefined,
  view: NodeView | undefined,
  { keys, agents }: Pick<LabRow, 'keys' | 'agents'>,
): LabRow {
  const alone = { generation: undefined, lag: undefined, files: 0, sync: '-', why: '' };
  if (view === undefined) return { ...alone, name, pid, keys, agents, state: pid === undefined ? 'ended' : 'starting' };
  const why = view.liveness === 'up' ? (view.why ?? '') : view.reason;
  return {
    name,
    pid,
    state: pid === undefined ? 'ended' : view.liveness,
    sync: view.sync,
    generation: view.holds?.generation,
    lag: view.lag,
    files: view.files,
    keys,
    agents,
    why: view.sync === 'in-sync' && view.liveness === 'up' ? '' : oneLine(why),
  };
}

const head = ['NODE', 'PROCESS', 'STATE', 'SYNC', 'GENERATION', 'LAG', 'FILES', 'KEYS', 'AGENTS', ''];

/** The whole live view, no line longer than `width`. */
export function renderView(rows: readonly LabRow[], footer: readonly string[], width: number): readonly string[] {
  const cells = rows.map((row) => [
    row.name,
    `${row.pid ?? '-'}`,
    row.state,
    row.sync,
    `${row.generation ?? '-'}`,
    `${row.lag ?? '-'}`,
    `${row.files}`,
    `${row.keys}`,
    row.agents,
    row.why,
  ]);
  return [...columns([head, ...cells]), '', ...footer].map((line) => line.slice(0, width));
}

/** One line for a changed node, for a log. `atMs`: since the lab began. */
export function changeLine(row: LabRow, atMs: number): string {
  const generation = row.generation === undefined ? 'no generation' : `generation ${row.generation}`;
  const lag = row.lag === undefined || row.lag === 0 ? '' : `, ${row.lag} behind`;
  const why = row.why === '' ? '' : ` (${row.why})`;
  const agents = row.agents === '-' ? '' : `, ${agentsCounted(row.agents)}`;
  const counts = `${counted(row.files, 'file')}, ${counted(row.keys, 'key')}${agents}`;
  const what = `${row.state}, ${row.sync}, ${generation}${lag}, ${counts}${why}`;
  return `${seconds(atMs).padStart(7)}  ${row.name.padEnd(8)}  ${what}`;
}

/**
 * How many agents the master shows at a node, and how many report there when these are others: `3 of 4` where it does not
 * show all yet, `10 (0 there)` where it shows some that have gone.
 */
export function agentsText({ shown, connected }: { readonly shown: number; readonly connected: number }): string {
  if (shown === connected) return `${shown}`;
  return shown < connected ? `${shown} of ${connected}` : `${shown} (${connected} there)`;
}

/** `agentsText` in a sentence: the noun goes with the last number before it. */
const agentsCounted = (text: string): string =>
  text.replace(/^(?:\d+ of )?(\d+)/, (counts, last) => `${counts} agent${last === '1' ? '' : 's'}`);

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Whether two rows read the same. */
export const sameRow = (a: LabRow | undefined, b: LabRow): boolean =>
  a !== undefined && (Object.keys(b) as (keyof LabRow)[]).every((field) => a[field] === b[field]);

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 9_995 ? 2 : 1)} s`;

/** Two-blank separated, left-aligned columns; no line ends in blanks. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What to try, with commands that work as they stand. */
export function suggestions(
  nodes: readonly LabNode[],
  muster: string,
  more: readonly string[] = [],
): readonly string[] {
  const [master, worker] = nodes;
  if (master === undefined || worker === undefined) return [];
  return [
    'Try, in another terminal:',
    `  echo '<!-- mine -->' >> ${master.root}/etc/rules/local_rules.xml`,
    '    on every worker within a second',
    `  rm ${worker.root}/etc/client.keys`,
    '    comes back within two seconds',
    `  kill -9 $(pgrep -f -- '--root ${worker.root}$')`,
    `    ${worker.name} is started again after 2 s, and catches up`,
    `  kill -9 $(pgrep -f -- '--root ${worker.root}( |$)')`,
    '    with its authd and remoted: its agents report elsewhere within 4 s',
    `  ${muster} agents --root ${master.root}`,
    `  ${muster} nodes --root ${master.root}`,
    `  ${worker.root}/bin/cluster_control -i more`,
    `  ${muster} why ${worker.name} --root ${worker.root}`,
    ...more,
    '',
  ];
}

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim();
