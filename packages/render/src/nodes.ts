import type { ClusterView, NodeView } from '@muster/protocol';
import { type Cell, type Paint, renderTable, type Tone } from './table.ts';
import { age, counted, printable } from './units.ts';

const liveTones: Readonly<Record<NodeView['liveness'], Tone>> = {
  up: 'good',
  unknown: 'dim',
  suspect: 'warn',
  down: 'bad',
  left: 'dim',
};
const syncTones: Readonly<Record<NodeView['sync'], Tone>> = {
  'in-sync': 'good',
  starting: 'dim',
  syncing: 'warn',
  held: 'warn',
  failing: 'bad',
  unknown: 'dim',
};

/** A worker that said goodbye was stopped on purpose: nothing is expected of it. */
const isExpected = ({ role, liveness }: NodeView): boolean => role === 'master' || liveness !== 'left';

/** Whether every node of the cluster, but for workers that left, is up and holds the master's newest generation. */
export const isInSync = (view: ClusterView): boolean =>
  view.nodes.length > 0 &&
  view.nodes.some(({ role }) => role === 'master') &&
  view.nodes
    .filter(isExpected)
    .every((node) => node.liveness === 'up' && node.sync === 'in-sync' && (node.lag ?? 0) === 0);

/** Master first, then by name. */
export const inOrder = (nodes: readonly NodeView[]): readonly NodeView[] =>
  [...nodes].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));

/** The cluster as a table, one line a node, then one line for each node that has something to say. */
export function renderNodes(view: ClusterView, paint: Paint): string[] {
  const nodes = inOrder(view.nodes);
  const head = ['NODE', 'ROLE', 'STATE', 'SYNC', 'GENERATION', 'BEHIND', 'FILES', 'HEARD', 'ADDRESS', 'VERSION'];
  const remarks = nodes.flatMap((node) => remarkOf(node, paint));
  return [
    summary(view),
    ...(view.alone === true ? ['As this worker sees it: the master cannot be asked.'] : []),
    '',
    ...renderTable(head, nodes.map(row), paint),
    ...(remarks.length > 0 ? ['', ...remarks] : []),
  ];
}

function summary({ cluster, nodes, generation }: ClusterView): string {
  const held = generation === undefined ? 'no generation yet' : `generation ${generation.generation}`;
  const left = nodes.filter((node) => !isExpected(node)).length;
  const away = left === 0 ? '' : ` (${left} left)`;
  return `Cluster ${printable(cluster)}: ${counted(nodes.length, 'node')}${away}, ${held}`;
}

const row = (node: NodeView): readonly Cell[] => [
  { text: printable(node.name) },
  { text: node.role },
  { text: node.liveness, tone: liveTones[node.liveness] },
  { text: node.sync, tone: syncTones[node.sync] },
  { text: node.holds === undefined ? '-' : `${node.holds.generation}`, align: 'right' },
  { text: behind(node), align: 'right' },
  { text: `${node.files}`, align: 'right' },
  { text: heard(node), align: 'right' },
  { text: printable(node.address) },
  { text: printable(node.version) },
];

/** A node is not heard by itself. */
function heard({ heardMs }: NodeView): string {
  if (heardMs === 0) return '-';
  return heardMs < 1_000 ? 'now' : `${age(heardMs)} ago`;
}

/** `-` in sync, `2 s` behind, or `3 (2 s)`: three generations, for two seconds. */
function behind({ lag, behindMs }: NodeView): string {
  if (lag === undefined) return behindMs === 0 ? '-' : age(behindMs);
  return lag === 0 ? '-' : `${lag} (${age(behindMs)})`;
}

/** What a node said of itself before it went away is no news. */
function remarkOf(node: NodeView, paint: Paint): string[] {
  const { liveness, reason, why = '' } = node;
  const isAway = liveness === 'down' || liveness === 'left';
  const words = [liveness === 'up' ? '' : reason, isAway ? '' : why].filter((text) => text !== '');
  return words.length === 0 ? [] : [`${paint(printable(node.name), 'bold')}: ${printable(words.join('; '))}`];
}

const rank = ({ role }: NodeView): number => (role === 'master' ? 0 : 1);
