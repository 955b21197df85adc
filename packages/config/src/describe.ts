import type { ClusterConfig } from './cluster.ts';
import { hiddenValue } from './fault.ts';
import { type HaproxyHelperConfig, helperDefaults } from './haproxy-helper.ts';
import type { NodeConfig } from './load.ts';
import type { MusterOptions } from './muster-options.ts';
import { formatDuration, formatSize } from './quantity.ts';
import type { TableEntry } from './table.ts';

/** What holds, for people: one value a line under the name that its file uses, secrets only by their length. */
export function describeConfig(config: NodeConfig): string {
  const values = configRows(config);
  const width = Math.max(...values.map(([name]) => name.length)) + 2;
  const lines = values.map(([name, value]) => `${name.padEnd(width)}${value}`.trimEnd());
  return [...lines, ...config.warnings.map((text) => `Warning: ${text}`), ''].join('\n');
}

/** The same as names and values. */
export function configRows(config: NodeConfig): readonly Row[] {
  const { cluster, haproxy, muster } = config;
  const files = { owner: muster.files.uid, group: muster.files.gid };
  return [
    ['root', config.root] as const,
    ...describeCluster(cluster),
    ...describeHelper(config),
    ['global.agents_disconnection_time', formatDuration(config.agents.disconnectionMs)] as const,
    ...(haproxy === undefined ? [] : [['remote.port', String(haproxy.agentPort)] as const]),
    ['balanced', balancedWords(config)] as const,
    ...Object.entries({ ...muster, files, haproxy: withoutOurSecrets(muster.haproxy) }).flatMap(([name, section]) =>
      isGroup(section) ? rowsOf(snakeCase(name), section) : [[snakeCase(name), shownValue(name, section)] as const],
    ),
    ['wazuh_clusterd.debug', String(config.debugLevel)] as const,
    ...config.table.map((entry) => [`R/${entry.directory}`, describeEntry(entry)] as const),
  ];
}

type Row = readonly [name: string, value: string];

function describeCluster({ absent, ...cluster }: ClusterConfig): readonly Row[] {
  if (absent) return [['cluster', 'off: there is no <cluster> section in <ossec_config>']];
  return rowsOf('cluster', { ...cluster, key: hiddenValue(cluster.key) });
}

/** Of a block that is not there its defaults hold, as far as they concern instances of `muster.yaml`. */
function describeHelper({ haproxyHelper, haproxy }: NodeConfig): readonly Row[] {
  if (haproxyHelper !== undefined) return rowsOf('haproxy_helper', withoutSecrets(haproxyHelper));
  return haproxy === undefined ? [] : rowsOf('haproxy_helper', helperDefaults);
}

/** Which HAProxys, or why none. */
function balancedWords({ cluster, haproxyHelper, haproxy }: NodeConfig): string {
  if (haproxy !== undefined && cluster.nodeType !== 'master') return 'no: this is a worker, and the master balances';
  if (haproxy !== undefined) return haproxy.instances.map(({ driver, text }) => `${text} (${driver})`).join(', ');
  if (haproxyHelper === undefined) return 'no: neither haproxy.instances nor <haproxy_helper> names an HAProxy';
  if (haproxyHelper.disabled) return 'no: haproxy_disabled of <haproxy_helper> is not no';
  return `no: ${haproxyHelper.missing.join(', ')} missing in <haproxy_helper>`;
}

/** `enabled` and `missing` are of a helper that stands alone: the row `balanced` says what comes of it. */
const withoutSecrets = ({ missing: _missing, enabled: _enabled, ...helper }: HaproxyHelperConfig): object => ({
  ...helper,
  address: helper.address || '-',
  user: helper.user || '-',
  cert: helper.cert === true ? "the system's" : helper.cert,
  password: helper.password === '' ? '-' : hiddenValue(helper.password),
  ...(helper.clientCertPassword === undefined ? {} : { clientCertPassword: hiddenValue(helper.clientCertPassword) }),
});

const withoutOurSecrets = ({ tls, api, nodes, ...options }: MusterOptions['haproxy']): object => ({
  ...options,
  nodes: Object.entries(nodes).map(([node, own]) => {
    return `${node} (${Object.entries(own)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')})`;
  }),
  tls: { ...tls, password: tls.password === undefined ? undefined : hiddenValue(tls.password) },
  api: { ...api, password: api.password === undefined ? undefined : hiddenValue(api.password) },
});

const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const rowsOf = (path: string, section: object): readonly Row[] =>
  Object.entries(section).flatMap(([name, value]): readonly Row[] => {
    const at = `${path}.${snakeCase(name.replace(/(Ms|Bytes)$/, ''))}`;
    return isGroup(value) ? rowsOf(at, value) : [[at, shownValue(name, value)]];
  });

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function shownValue(name: string, value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.join(', ') || '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && name.endsWith('Ms')) return formatDuration(value);
  return typeof value === 'number' && name.endsWith('Bytes') ? formatSize(value) : String(value);
}

function describeEntry({ mode, files, recursive, removeEmptyDirectories }: TableEntry): string {
  const parts = [
    mode.toString(8).padStart(4, '0'),
    files === 'all' ? 'all files' : files.join(', '),
    ...(recursive ? ['and below'] : []),
    ...(removeEmptyDirectories ? ['emptied directories are removed'] : []),
  ];
  return parts.join(', ');
}
