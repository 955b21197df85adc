import { describeConfig, describeConfigError } from '@muster/config';
import { clusterXml, errorOf, faultsOf, key, loadOssec, ossec } from './ossec.ts';

const loadCluster = async (options: Readonly<Record<string, string | undefined>>) =>
  (await loadOssec(ossec(clusterXml(options)))).cluster;
const refused = (options: Readonly<Record<string, string | undefined>>) =>
  faultsOf(loadOssec(ossec(clusterXml(options))));
const warned = async (...sections: readonly string[]) => (await loadOssec(ossec(...sections))).warnings;

test('a section with a key and a node has the defaults of the reference for the rest', async () => {
  expect(await loadCluster({})).toEqual({
    name: 'wazuh',
    nodeName: 'node01',
    nodeType: 'master',
    key,
    port: 1516,
    bindAddr: '0.0.0.0',
    nodes: ['10.0.0.1'],
    hidden: false,
    disabled: false,
    absent: false,
  });
});

test('an empty element counts as absent', async () => {
  const options = { name: '', node_name: '', node_type: '', port: '', bind_addr: '', hidden: '', disabled: '' };
  expect(await loadCluster(options)).toEqual(await loadCluster({}));
});

test('without a section the node is not in a cluster', async () => {
  const config = await loadOssec(ossec('<global><jsonout_output>yes</jsonout_output></global>\n'));
  expect(config.cluster).toMatchObject({ absent: true, disabled: true, nodeName: 'node01', port: 1516 });
});

test.each([
  ['an empty file', ''],
  ['a file without elements', 'text\n'],
  ['a root without the section', ossec()],
  ['another root', `<ossec_conf>\n${clusterXml()}</ossec_conf>\n`],
  ['a section without a root', clusterXml()],
])('%s: the cluster is off for there is no section, which is told', async (_, text) => {
  const config = await loadOssec(text);
  expect(config.cluster).toMatchObject({ absent: true, disabled: true });
  expect(config.warnings[0]).toBe(
    'There is no <cluster> section in <ossec_config>: the cluster is off, and a start does nothing.',
  );
  expect(describeConfig(config)).toMatch(/^cluster +off: there is no <cluster> section in <ossec_config>$/m);
  expect(describeConfig(config)).not.toContain('NODE_IP');
});

test('<node> outside of <nodes> is told as that, with its line', async () => {
  const [fault] = (await errorOf(loadOssec(ossec(clusterXml({ nodes: undefined, node: '10.0.0.1' }))))).faults;
  expect(fault).toMatchObject({ text: 'Unspecified nodes: <node> stands outside of <nodes>', line: 4 });
  expect(fault?.cure).toContain('Put <nodes> and </nodes> around it.');
  expect(fault).not.toHaveProperty('value');
});

test.each([
  [{ port: '80' }, 5],
  [{ node_type: 'x', port: '1517' }, 5],
  [{ nodes: '\n<node>10.0.0.1</node>\n<node>localhost</node>' }, 6],
  [{ key: undefined }, 2],
  [{ nodes: undefined }, 2],
  [{ key: undefined, Key: 'x' }, 4],
  [{ name: '<!--\n\n-->', port: '<a>80</a>' }, 8],
  [{ haproxy_helper: '\n<haproxy_disabled>no</haproxy_disabled>\n<frequency>1</frequency>\n' }, 7],
  [{ haproxy_helper: '\n<frequency>60</frequency>\n' }, 5],
] as const)('the fault in %j is told with the line of the option, else of its block', async (options, line) => {
  expect((await errorOf(loadOssec(ossec(clusterXml(options))))).faults).toEqual([expect.objectContaining({ line })]);
});

describe.each([
  ['key', undefined, 'Unspecified key'],
  ['key', 'a'.repeat(31), 'Key must be 32 characters long and only have alphanumeric characters'],
  ['key', 'a'.repeat(33), 'Key must be 32 characters long and only have alphanumeric characters'],
  ['key', `${'a'.repeat(31)}-`, 'Key must be 32 characters long and only have alphanumeric characters'],
  ['key', `${'a'.repeat(31)}é`, 'Key must be 32 characters long and only have alphanumeric characters'],
  ['node_type', 'agent', 'Invalid node type "agent". Correct values are master and worker'],
  ['node_type', 'Master', 'Invalid node type "Master". Correct values are master and worker'],
  ['port', 'http', 'Cluster port must be an integer.'],
  ['port', ' 1516 ', 'Cluster port must be an integer.'],
  ['port', '-1516', 'Cluster port must be an integer.'],
  ['port', '1516.0', 'Cluster port must be an integer.'],
  ['port', '1024', 'Port must be higher than 1024 and lower than 65535.'],
  ['port', '65535', 'Port must be higher than 1024 and lower than 65535.'],
  ['disabled', 'true', "Allowed values for 'disabled' field are 'yes' and 'no'. Found: \"true\""],
  ['nodes', '<node>localhost</node>', 'Invalid elements in node fields: localhost.'],
  ['nodes', '<node>NODE_IP</node>', 'Invalid elements in node fields: NODE_IP.'],
  ['nodes', '<node>0.0.0.0</node>', 'Invalid elements in node fields: 0.0.0.0.'],
  ['nodes', '<node>127.0.1.1</node>', 'Invalid elements in node fields: 127.0.1.1.'],
  ['nodes', '<node>10.0.0.1</node><node>localhost</node>', 'Invalid elements in node fields: localhost.'],
  ['nodes', undefined, 'Unspecified nodes'],
  ['nodes', '', 'Unspecified nodes'],
  ['nodes', '<node></node>', 'Unspecified nodes'],
  ['nodes', '<node> 10.0.0.1</node>', 'An address in a node field holds blanks.'],
  ['nodes', '10.0.0.1', 'The field nodes must hold node elements.'],
  ['bind_addr', '10.0.0.1 ', 'The address to bind holds blanks'],
  ['name', 'c'.repeat(129), 'The cluster name has 129 bytes'],
  ['name', 'ü'.repeat(65), 'The cluster name has 130 bytes'],
] as const)('the option %s', (option, value, text) => {
  test(`${value === undefined ? 'absent' : JSON.stringify(value)} is refused: ${text}`, async () => {
    expect(await refused({ [option]: value })).toEqual([text]);
  });
});

test.each([
  ['node_type', 'worker', { nodeType: 'worker' }],
  ['port', '1025', { port: 1025 }],
  ['port', '65534', { port: 65534 }],
  ['nodes', '<node>127.0.0.1</node>', { nodes: ['127.0.0.1'] }],
  ['nodes', '<node>master.example.org</node>', { nodes: ['master.example.org'] }],
  ['hidden', 'yes', { hidden: true }],
  ['node_name', 'n'.repeat(64), { nodeName: 'n'.repeat(64) }],
  ['node_name', 'Node_01-a', { nodeName: 'Node_01-a' }],
  ['name', 'c'.repeat(128), { name: 'c'.repeat(128) }],
  ['name', 'ü'.repeat(64), { name: 'ü'.repeat(64) }],
  ['bind_addr', '::', { bindAddr: '::' }],
] as const)('the option %s may be %s', async (option, value, expected) => {
  expect(await loadCluster({ [option]: value })).toMatchObject(expected);
});

test.each(['n'.repeat(65), 'a.b', '../x', 'a b', ' node01', 'nöde', 'a/b'])(
  'the node name %s, which the master would refuse, is refused here',
  async (name) => {
    expect((await refused({ node_name: name }))[0]).toContain('the master would refuse it at the hello (3060)');
  },
);

test('blanks are part of a cluster name, and told', async () => {
  const config = await loadOssec(ossec(clusterXml({ name: ' wazuh' })));
  expect(config.cluster.name).toBe(' wazuh');
  expect(config.warnings[0]).toContain('holds a character that the manager');
});

test('of several nodes only the first is used, with a warning', async () => {
  const options = { nodes: '<node>10.0.0.1</node><node>10.0.0.2</node>' };
  expect((await loadCluster(options)).nodes).toEqual(['10.0.0.1', '10.0.0.2']);
  expect((await warned(clusterXml(options)))[0]).toContain('Only the first, "10.0.0.1", is used');
});

test('the node type client of 3.2.2 is a worker, with a warning', async () => {
  expect((await loadCluster({ node_type: 'client' })).nodeType).toBe('worker');
  expect(await warned(clusterXml({ node_type: 'client' }))).toEqual([
    "Deprecated node type 'client'. Using 'worker' instead.",
  ]);
});

test('of the legacy options interval is warned of, the timeouts are not', async () => {
  const legacy = { interval: '2m', socket_timeout: '5', connection_timeout: '5' };
  expect(await warned(clusterXml(legacy))).toEqual([expect.stringContaining('option interval')]);
});

test('an unknown option is ignored with a warning', async () => {
  expect(await warned(clusterXml({ nodename: 'x' }))).toEqual([expect.stringContaining('"nodename"')]);
});

test('a value of hidden that the other daemons refuse is warned of', async () => {
  expect(await warned(clusterXml({ hidden: 'maybe' }))).toEqual([expect.stringContaining('"maybe"')]);
});

test('the section as shipped, disabled, without key and with NODE_IP, is no fault', async () => {
  const shipped = clusterXml({ key: '', nodes: '<node>NODE_IP</node>', disabled: 'yes' });
  const config = await loadOssec(ossec(shipped));
  expect(config.cluster.disabled).toBe(true);
  expect(config.warnings).toEqual([
    'The cluster is disabled; enabled, it would be refused: Unspecified key',
    'The cluster is disabled; enabled, it would be refused: Invalid elements in node fields: NODE_IP.',
  ]);
});

test('every fault is told at once, each with its value, what is allowed, and how to mend it', async () => {
  const text = ossec(clusterXml({ key: 'short-secret', port: '80', node_type: 'x', node_name: 'a.b' }));
  const error = await errorOf(loadOssec(text, { '/r/etc/muster.yaml': 'log: {format: xml}' }));
  expect(error.faults.map(({ option }) => option)).toEqual([
    'cluster.key',
    'cluster.node_type',
    'cluster.port',
    'cluster.node_name',
    'log.format',
  ]);
  for (const fault of error.faults) {
    expect(fault).toMatchObject({ code: 3004, value: expect.any(String), allowed: expect.any(String) });
    expect(fault.cure.length).toBeGreaterThan(10);
  }
  expect(error.message).toBe(
    'Error 3004 - Error in cluster configuration: Key must be 32 characters long and only have alphanumeric characters (and 4 more)',
  );
});

test('a secret is in no error and no description of one', async () => {
  const error = await errorOf(loadOssec(ossec(clusterXml({ key: 'short-secret' }))));
  expect(`${describeConfigError(error)}${JSON.stringify(error)}${error.stack}`).not.toContain('short-secret');
  expect(error.faults[0]?.value).toBe('(12 characters, not shown)');
});

test('the description numbers the faults and says where they are', async () => {
  const error = await errorOf(loadOssec(ossec(clusterXml({ port: '80' }))));
  expect(describeConfigError(error)).toBe(`The configuration has 1 fault:
  1. Error 3004 - Error in cluster configuration: Port must be higher than 1024 and lower than 65535.
     where:   cluster.port in /r/etc/ossec.conf, line 5
     found:   "80"
     allowed: an integer from 1025 to 65534
     mend:    Write the port that the master listens on, the same on every node; 1516 is the usual one.
`);
});
