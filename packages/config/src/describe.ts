import { hiddenValue } from './fault.ts';
import type { HaproxyHelperConfig } from './haproxy-helper.ts';
import type { NodeConfig } from './load.ts';
import { formatDuration, formatSize } from './quantity.ts';

/** What holds, for people: one value a line, secrets only by their length. */
export function describeConfig(config: NodeConfig): string {
  const { cluster, muster } = config;
  const lines = [
    `root                ${config.root}`,
    ...section('cluster', { ...cluster, key: hiddenValue(cluster.key), nodes: cluster.nodes.join(', ') }),
    ...(config.haproxyHelper === undefined ? [] : section('haproxy_helper', shown(config.haproxyHelper))),
    ...Object.entries(muster).flatMap(([name, values]) => section(`muster.${name}`, values)),
    `debugLevel          ${config.debugLevel}`,
    'synchronised',
    ...config.table.map(
      (entry) =>
        `  ${entry.directory.padEnd(18)}${entry.mode.toString(8).padStart(4, '0')} ${entry.files === 'all' ? 'all' : entry.files.join(', ')}${entry.recursive ? ', with directories below' : ''}`,
    ),
    ...config.warnings.map((text) => `Warning: ${text}`),
  ];
  return `${lines.join('\n')}\n`;
}

function shown(helper: HaproxyHelperConfig): Readonly<Record<string, unknown>> {
  const certPassword = helper.clientCertPassword;
  return {
    ...helper,
    password: hiddenValue(helper.password),
    ...(certPassword === undefined ? {} : { clientCertPassword: hiddenValue(certPassword) }),
    excludedNodes: helper.excludedNodes.join(', '),
  };
}

function section(title: string, values: object, indent = '  '): readonly string[] {
  const rows = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? section(`${indent}${name}`, value, `${indent}  `)
      : [`${`${indent}${name.replace(/(Ms|Bytes)$/, '')}`.padEnd(20)}${shownValue(name, value)}`],
  );
  return [title, ...rows];
}

function shownValue(name: string, value: unknown): string {
  if (value === undefined) return '(default)';
  if (typeof value !== 'number') return String(value);
  if (name.endsWith('Ms')) return formatDuration(value);
  return name.endsWith('Bytes') ? formatSize(value) : String(value);
}
