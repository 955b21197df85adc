import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  absentCluster,
  allowedOf,
  defaultOf,
  excludedExtensions,
  excludedFiles,
  musterOptionList,
  reservedNodes,
  synchronisedDirectories,
} from '@muster/config';
import { clusterXml, faultsOf, loadOssec, ossec } from './ossec.ts';

const text = readFileSync(join(__dirname, '../../../docs/configuration.md'), 'utf8');

/** The part below a heading, up to the next heading of its level. */
const part = (heading: string): string => text.split('\n## ').find((found) => found.startsWith(heading)) ?? '';

/** The rows of the part's table, as cells, backticks taken off the first two. */
const rows = (heading: string): readonly (readonly string[])[] =>
  part(heading)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .map(([name = '', initial = '', ...rest]) => [name.replaceAll('`', ''), initial.replaceAll('`', ''), ...rest]);

test('every option of muster.yaml is there with its default, what is allowed and what it does, and no other', () => {
  expect(rows('muster.yaml')).toEqual(
    musterOptionList.map(([path, option]) => [path, String(defaultOf(option) ?? ''), allowedOf(option), option.about]),
  );
});

test('the options of the cluster section have the defaults of the code', async () => {
  const { cluster } = await loadOssec(ossec(clusterXml()));
  const initial = Object.fromEntries(rows('`<cluster>`').map(([name, value]) => [name, value]));
  expect(initial).toEqual({
    name: cluster.name,
    node_name: cluster.nodeName,
    node_type: cluster.nodeType,
    key: absentCluster.key,
    port: String(cluster.port),
    bind_addr: cluster.bindAddr,
    nodes: '',
    hidden: 'no',
    disabled: 'no',
  });
  for (const node of reservedNodes) expect(part('`<cluster>`')).toContain(`\`${node}\``);
});

test('each option of the HAProxy block is known, and its default is what holds without it', async () => {
  const documented = rows('`<haproxy_helper>`');
  const block = documented
    .map(([name, value]) => [name, value === '' && !optional.has(name ?? '') ? 'no' : value] as const)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('\n');
  const required = '<haproxy_disabled>no</haproxy_disabled>';
  const bare = ['address', 'user', 'password'].map((name) => `<haproxy_${name}>no</haproxy_${name}>`).join('');
  const written = await loadOssec(ossec(clusterXml({ haproxy_helper: block })));
  const absent = await loadOssec(ossec(clusterXml({ haproxy_helper: required + bare })));
  expect(written.haproxyHelper).toEqual(absent.haproxyHelper);
  expect(written.warnings).toEqual([]);
  expect(await faultsOf(loadOssec(ossec(clusterXml({ haproxy_helper: bare }))))).toHaveLength(1);
});

const optional = new Set(
  'haproxy_resolver haproxy_cert client_cert client_cert_key client_cert_password excluded_nodes'.split(' '),
);

test('the table of synchronised directories is the one of the code', () => {
  expect(rows('What is synchronised')).toEqual(
    synchronisedDirectories.map((entry) => [
      entry.directory,
      entry.mode.toString(8).padStart(4, '0'),
      entry.files === 'all' ? 'all' : entry.files.map((name) => `\`${name}\``).join(', '),
      entry.recursive ? 'yes' : 'no',
      entry.removeEmptyDirectories ? 'are removed' : 'stay',
    ]),
  );
  for (const name of [...excludedFiles, ...excludedExtensions]) {
    expect(part('What is synchronised')).toContain(`\`${name}\``);
  }
});
