import { clusterXml, faultsOf, loadOssec, ossec } from './ossec.ts';

type Options = Readonly<Record<string, string | undefined>>;

const whole = { haproxy_disabled: 'no', haproxy_address: 'lb', haproxy_user: 'u', haproxy_password: 'p' };

function helperXml(options: Options): string {
  const rows = Object.entries({ ...whole, ...options }).filter(([, value]) => value !== undefined);
  return clusterXml({ haproxy_helper: rows.map(([name, value]) => `\n    <${name}>${value}</${name}>`).join('') });
}

const loadHelper = async (options: Options = {}) => (await loadOssec(ossec(helperXml(options)))).haproxyHelper;
const warnings = async (options: Options) => (await loadOssec(ossec(helperXml(options)))).warnings;

test('without a block there is no helper', async () => {
  expect(await loadOssec(ossec(clusterXml()))).not.toHaveProperty('haproxyHelper');
});

test('a block with what is required has the defaults for the rest', async () => {
  expect(await loadHelper()).toEqual({
    disabled: false,
    enabled: true,
    missing: [],
    address: 'lb',
    user: 'u',
    password: 'p',
    port: 5555,
    protocol: 'http',
    backend: 'wazuh_reporting',
    cert: true,
    excludedNodes: [],
    frequencyMs: 60_000,
    agentChunkSize: 300,
    agentReconnectionTimeMs: 5_000,
    agentReconnectionStabilityTimeMs: 60_000,
    imbalanceTolerance: 0.1,
    removeDisconnectedNodeAfterMs: 240 * 60_000,
  });
});

test.each([
  ['haproxy_port', 'x', 'HAProxy Helper haproxy_port must be an integer.'],
  ['haproxy_port', '1023', 'Invalid value for haproxy_port. It must be an integer from 1024 to 65535'],
  ['haproxy_port', '65536', 'Invalid value for haproxy_port. It must be an integer from 1024 to 65535'],
  ['frequency', '9', 'Invalid value for frequency. It must be an integer of at least 10'],
  ['frequency', '1.5', 'HAProxy Helper frequency must be an integer.'],
  ['agent_chunk_size', '99', 'Invalid value for agent_chunk_size. It must be an integer of at least 100'],
  ['agent_reconnection_time', '-1', 'Invalid value for agent_reconnection_time. It must be an integer of at least 0'],
  [
    'agent_reconnection_stability_time',
    '9',
    'Invalid value for agent_reconnection_stability_time. It must be an integer of at least 10',
  ],
  ['imbalance_tolerance', 'x', 'HAProxy Helper imbalance_tolerance must be a float.'],
  ['imbalance_tolerance', '0', 'Invalid value for imbalance_tolerance. It must be a number above 0 and at most 1'],
  ['imbalance_tolerance', '1.01', 'Invalid value for imbalance_tolerance. It must be a number above 0 and at most 1'],
  [
    'remove_disconnected_node_after',
    '-1',
    'Invalid value for remove_disconnected_node_after. It must be an integer of at least 0',
  ],
  ['haproxy_protocol', 'ftp', 'Invalid value for haproxy_protocol. It must be http, https'],
  [
    'haproxy_backend',
    'a;b',
    'Invalid value for haproxy_backend. It must be 1 to 128 letters (A-Z, a-z), digits, ., _, : or -',
  ],
  [
    'haproxy_resolver',
    'a b',
    'Invalid value for haproxy_resolver. It must be 1 to 128 letters (A-Z, a-z), digits, ., _, : or -',
  ],
  [
    'haproxy_address',
    'http://lb',
    'Invalid value for haproxy_address. It must be an IP address or DNS name, without http:// and port',
  ],
  ['haproxy_disabled', undefined, 'The haproxy_helper block has no haproxy_disabled'],
])('%s of %s is refused', async (option, value, text) => {
  expect(await faultsOf(loadOssec(ossec(helperXml({ [option]: value }))))).toEqual([text]);
});

test.each([
  ['haproxy_port', '1024', { port: 1024 }],
  ['haproxy_port', '65535', { port: 65535 }],
  ['frequency', '10', { frequencyMs: 10_000 }],
  ['agent_chunk_size', '100', { agentChunkSize: 100 }],
  ['agent_reconnection_time', '0', { agentReconnectionTimeMs: 0 }],
  ['agent_reconnection_stability_time', '10', { agentReconnectionStabilityTimeMs: 10_000 }],
  ['imbalance_tolerance', '1', { imbalanceTolerance: 1 }],
  ['imbalance_tolerance', '.01', { imbalanceTolerance: 0.01 }],
  ['remove_disconnected_node_after', '0', { removeDisconnectedNodeAfterMs: 0 }],
  ['haproxy_protocol', 'https', { protocol: 'https', cert: true }],
  ['haproxy_resolver', 'docker', { resolver: 'docker' }],
  ['frequency', '', { frequencyMs: 60_000 }],
])('%s may be %s', async (option, value, expected) => {
  expect(await loadHelper({ [option]: value })).toMatchObject(expected);
});

test('a password keeps its commas and its blanks', async () => {
  expect(await loadHelper({ haproxy_password: ' a,b, c ' })).toMatchObject({ password: ' a,b, c ' });
});

test.each([
  ['worker10', ['worker10']],
  ['worker1, worker2 ,worker1', ['worker1', 'worker2']],
  ['<node>worker1</node><node> worker2 </node>', ['worker1', 'worker2']],
  [',', []],
  ['', []],
])('excluded nodes are whole names, from %s', async (written, names) => {
  expect(await loadHelper({ excluded_nodes: written })).toMatchObject({ excludedNodes: names });
});

test('an excluded node that can be none is told and left out', async () => {
  const options = { excluded_nodes: 'w1, w 2,w.3' };
  expect(await loadHelper(options)).toMatchObject({ excludedNodes: ['w1'] });
  expect(await warnings(options)).toEqual(['excluded_nodes names what can be no node, and is ignored: "w 2", "w.3".']);
});

test('without user or password the helper stays off, the cluster runs', async () => {
  const options = { haproxy_user: undefined, haproxy_password: '' };
  expect(await loadHelper(options)).toMatchObject({ enabled: false });
  expect(await warnings(options)).toEqual([
    'The HAProxy helper stays disabled: haproxy_user, haproxy_password missing in haproxy_helper.',
  ]);
});

test('haproxy_disabled of any other text counts as disabled, with a warning', async () => {
  expect(await loadHelper({ haproxy_disabled: 'yes' })).toMatchObject({ enabled: false });
  expect(await loadHelper({ haproxy_disabled: 'false' })).toMatchObject({ enabled: false });
  expect(await warnings({ haproxy_disabled: 'false' })).toHaveLength(1);
});

test('options for https are warned of only where they are written and the protocol is http', async () => {
  expect(await warnings({})).toEqual([]);
  expect(await warnings({ haproxy_cert: '/ca.pem' })).toEqual([
    'HTTPS parameters ignored, for haproxy_protocol is http: haproxy_cert.',
  ]);
  expect(await warnings({ haproxy_cert: '/ca.pem', haproxy_protocol: 'https' })).toEqual([]);
});

test('of several blocks the last holds', async () => {
  const text = helperXml({}).replace(
    '</cluster>',
    '<haproxy_helper><haproxy_disabled>yes</haproxy_disabled></haproxy_helper>\n</cluster>',
  );
  expect((await loadOssec(ossec(text))).haproxyHelper).toMatchObject({ enabled: false, address: '' });
});

test('an unknown option of the block is warned of', async () => {
  expect(await warnings({ haproxy_host: 'x' })).toEqual([expect.stringContaining('"haproxy_host"')]);
});
