import { type AgentView, agentIdText, agentStatusNames38, statusCodes } from '@muster/protocol';
import { agentTones, ago } from './agents.ts';
import { type Paint, renderTable } from './table.ts';
import { printable } from './units.ts';

/** By `statusCodes` (`reference/agent-info.md` 3). */
const codeWords: Readonly<Record<(typeof statusCodes)[number], string>> = {
  none: '',
  'invalid-version': 'its version is not valid',
  'version-unreadable': 'its version could not be read',
  shutdown: 'it said that it stops',
  'no-keep-alive': 'no keep-alive came in time',
  'reset-by-manager': 'the manager was started anew',
};

/** Words for the fields of an agent; what has none is shown by its own name. */
const fieldWords: ReadonlyMap<string, string> = new Map([
  ['registeredIp', 'Registered as'],
  ['osName', 'System'],
  ['osVersion', 'System version'],
  ['osMajor', 'System major'],
  ['osMinor', 'System minor'],
  ['osCodename', 'Code name'],
  ['osBuild', 'Build'],
  ['osPlatform', 'Platform'],
  ['osUname', 'Uname'],
  ['osArch', 'Architecture'],
  ['configSum', 'Config sum'],
  ['mergedSum', 'Merged sum'],
  ['managerHost', 'Manager host'],
  ['nodeName', 'Node it named'],
  ['groupConfigStatus', 'Group config'],
]);

/** One agent, one fact a line; then where it reported. */
export function renderAgent(view: AgentView, paint: Paint): string[] {
  const { row, disconnectedAgoMs, info, history } = view;
  const facts: readonly (readonly [name: string, text: string])[] = [
    ['Agent', `${agentIdText(row.id)} ${printable(row.name)}`],
    ['Address', row.ip === '' ? '-' : printable(row.ip)],
    ['Status', statusWords(view, paint)],
    ['Node', row.node === undefined ? '-' : printable(row.node)],
    ['Last heard', row.seenAgoMs === undefined ? 'never' : ago(row.seenAgoMs)],
    ...(disconnectedAgoMs === undefined ? [] : [['Disconnected', ago(disconnectedAgoMs)] as const]),
    ['Version', row.version === '' ? '-' : printable(row.version)],
    ['Groups', row.groups === '' ? '-' : printable(row.groups).replaceAll(',', ', ')],
    ...info.map(([name, value]) => [printable(fieldWords.get(name) ?? name), printable(value)] as const),
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return [
    ...facts.map(([name, text]) => `${name.padEnd(width)}${text}`.trimEnd()),
    '',
    ...(history.length === 0 ? ['It has reported nowhere yet.'] : renderHistory(history, paint)),
  ];
}

/** With the name of 3.8, and why it is so. */
function statusWords({ row: { status }, code }: AgentView, paint: Paint): string {
  const known = statusCodes[code];
  const why = known === undefined ? `code ${code}` : codeWords[known];
  return `${paint(status, agentTones[status])} (3.8: ${agentStatusNames38[status]})${why === '' ? '' : `, ${why}`}`;
}

function renderHistory(history: AgentView['history'], paint: Paint): string[] {
  const rows = history.map(({ node, sinceAgoMs }) => [
    { text: printable(node) },
    { text: ago(sinceAgoMs), align: 'right' as const },
  ]);
  return renderTable(['REPORTED TO', 'FIRST HEARD THERE'], rows, paint);
}
