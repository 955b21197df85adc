import { randomBytes } from 'node:crypto';
import {
  ConfigError,
  describeConfig,
  describeConfigError,
  generateKey,
  isKey,
  loadConfig,
  musterOptionList,
} from '@muster/config';
import fc from 'fast-check';
import { clusterXml, faultsOf, key, load, loadOssec, ossec } from './ossec.ts';

const debugLevel = async (internal: string | undefined, local: string | undefined) => {
  const files = {
    '/r/etc/ossec.conf': ossec(clusterXml()),
    ...(internal === undefined ? {} : { '/r/etc/internal_options.conf': internal }),
    ...(local === undefined ? {} : { '/r/etc/local_internal_options.conf': local }),
  };
  const config = await load(files);
  return [config.debugLevel, config.warnings.length];
};

test.each([
  [undefined, undefined, 0, 0],
  ['wazuh_clusterd.debug=1', undefined, 1, 0],
  ['# comment\nremoted.debug=2\nwazuh_clusterd.debug = 2 \n', undefined, 2, 0],
  ['wazuh_clusterd.debug=1', 'wazuh_clusterd.debug=2', 2, 0],
  ['wazuh_clusterd.debug=2', 'wazuh_clusterd.debug=0', 0, 0],
  ['wazuh_clusterd.debug=1', 'other.debug=2', 1, 0],
  ['#wazuh_clusterd.debug=1', undefined, 0, 0],
  ['wazuh_clusterd.debug=3', undefined, 0, 1],
  ['wazuh_clusterd.debug=-1', undefined, 0, 1],
  ['wazuh_clusterd.debug=', undefined, 0, 1],
])('internal options %j, local ones %j: level %i, %i warnings', async (internal, local, level, warnings) => {
  expect(await debugLevel(internal, local)).toEqual([level, warnings]);
});

test('internal options that cannot be read are warned of', async () => {
  const read = async (path: string): Promise<string | undefined> => {
    if (path.includes('internal_options')) throw new Error('EACCES');
    return path === '/r/etc/ossec.conf' ? ossec(clusterXml()) : undefined;
  };
  expect((await loadConfig({ root: '/r', read })).warnings).toEqual([
    '/r/etc/internal_options.conf cannot be read and is ignored: EACCES',
    '/r/etc/local_internal_options.conf cannot be read and is ignored: EACCES',
  ]);
});

const fragment = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    ...['<cluster>', '</cluster>', '<ossec_config>', '</ossec_config>', '<key>', '</key>', '<!--', '-->', '<!', '!>'],
    ...[
      '<node>',
      '</nodes>',
      '&',
      '&lt;',
      '\\<',
      '<![CDATA[',
      ']]>',
      '\n',
      '<a b="c">',
      '<haproxy_helper>',
      '/>',
      '\0',
    ],
  ),
);

test('whatever ossec.conf holds, loading ends in a configuration or a ConfigError that can be described', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 40 }), fc.boolean(), async (parts, wrapped) => {
      const text = wrapped ? ossec(`<cluster>${parts.join('')}</cluster>`) : parts.join('');
      await settles(loadOssec(text));
    }),
    { numRuns: 700 },
  );
});

const yamlFragment = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom(
    ...'keep_alive: |interval: |1s|{|}|[|]|\n|  |- |&a |*a|!!binary |<<: |? |: |"|\'|#|log: |---|%'.split('|'),
  ),
);

const haproxyKeys = ['instances', 'persist', 'binary', 'poll_every', 'tls', 'nodes', 'api', 'other'];
const haproxyWord = fc.constantFrom(
  '/s',
  'tcp://h:1',
  'https://h:1',
  'w1',
  'ca',
  'url',
  'password',
  'address',
  'weight',
);
const haproxyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(haproxyWord, fc.integer(), fc.string(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(haproxyWord, fc.string()), tie('value'), { maxKeys: 3 }),
  ),
})).value;
const haproxyYaml = fc
  .dictionary(fc.constantFrom(...haproxyKeys), haproxyValue)
  .map((haproxy) => JSON.stringify({ haproxy }));

test('whatever muster.yaml holds, loading ends in a configuration or a ConfigError that can be described', async () => {
  const value = fc.oneof(
    fc.array(yamlFragment, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.json(),
    fc.json().map((json) => `keep_alive: ${json}`),
    fc.json().map((json) => `haproxy: ${json}`),
    haproxyYaml,
  );
  await fc.assert(
    fc.asyncProperty(value, async (text) => {
      await settles(loadOssec(ossec(clusterXml()), { '/r/etc/muster.yaml': text }));
    }),
    { numRuns: 700 },
  );
});

async function settles(loading: ReturnType<typeof load>): Promise<void> {
  const config = await loading.catch((error: unknown) => {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).faults.length).toBeGreaterThan(0);
    expect(describeConfigError(error as ConfigError)).toContain('mend:');
    return undefined;
  });
  if (config !== undefined) expect(describeConfig(config)).toContain('/r');
}

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'), minLength: 1, maxLength: 64 });
const clusters = fc.record({
  // `]]>` is the end of CDATA, which no reader takes.
  name: fc
    .string({ unit: fc.constantFrom(...'abcZ09_-.!"#$%&\'<>=?[]^{|}~'), minLength: 1, maxLength: 20 })
    .filter((name) => !name.includes(']]>')),
  node_name: word,
  node_type: fc.constantFrom('master', 'worker'),
  key: fc.string({ unit: fc.constantFrom(...'abcXYZ019_'), minLength: 32, maxLength: 32 }),
  port: fc.integer({ min: 1025, max: 65534 }),
  bind_addr: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
  node: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()).filter((node) => !['0.0.0.0', '127.0.1.1'].includes(node)),
  hidden: fc.boolean(),
  disabled: fc.boolean(),
});

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
// `<` and `>` have no escape in this file: a name that holds them is written as it is, where that is no tag.
const written = (name: string): string => name.replaceAll('&', '&amp;').replaceAll('<', '\\<');

test('a valid section that is written is read as it was meant', async () => {
  await fc.assert(
    fc.asyncProperty(clusters, async (meant) => {
      const { node, port, hidden, disabled, name, ...rest } = meant;
      const options = { ...rest, port: String(port), hidden: yesNo(hidden), disabled: yesNo(disabled) };
      const section = clusterXml({ ...options, name: written(name), nodes: `<node>${node}</node>` });
      expect((await loadOssec(ossec(section))).cluster).toEqual({
        name: name.replaceAll('<', '\\<'),
        nodeName: meant.node_name,
        nodeType: meant.node_type,
        key: meant.key,
        port,
        bindAddr: meant.bind_addr,
        nodes: [node],
        hidden,
        disabled,
        absent: false,
      });
    }),
    { numRuns: 500 },
  );
});

test('a text of many < and & is read in time that grows with its length', async () => {
  await settles(loadOssec(ossec('<a &'.repeat(250_000))));
  await settles(loadOssec('<!--'.repeat(250_000)));
});

test('the description of a configuration shows no secret, and how long each is', async () => {
  const helper =
    '<haproxy_disabled>no</haproxy_disabled><haproxy_address>lb</haproxy_address><haproxy_user>u</haproxy_user><haproxy_password>hush,hush</haproxy_password><client_cert_password>quiet</client_cert_password>';
  const shown = describeConfig(await loadOssec(ossec(clusterXml({ haproxy_helper: helper }))));
  for (const secret of [key, 'hush', 'quiet']) expect(shown).not.toContain(secret);
  expect(shown).toContain('(32 characters, not shown)');
  for (const [path] of musterOptionList) expect(shown).toContain(`\n${path} `);
});

test('a parse error near a secret does not show it', async () => {
  for (const value of [
    '\nhush<hush2 hush3>\n',
    '\n<hush hush="hush>\n',
    '\n</hush hush>\n',
    'hush<hush2 x>',
    'hush<hush2 a="b">',
    'a</hush3 >',
    '\n<hush4>\n',
  ]) {
    const text = ossec(`<cluster>\n<key>${value}</key>\n</cluster>`);
    expect((await faultsOf(loadOssec(text))).join()).not.toMatch(/hush/);
  }
});

test('a generated key is one, each letter comes up, and bytes that would favour some are left out', () => {
  const keys = Array.from({ length: 400 }, () => generateKey(randomBytes));
  expect(keys.every(isKey)).toBe(true);
  expect(new Set(keys).size).toBe(400);
  expect(new Set(keys.join('')).size).toBe(63);
  const bytes = [255, 254, 253, 252, 251];
  expect(generateKey((count) => Uint8Array.from({ length: count }, (_, at) => bytes[at % 5] ?? 0))).toBe(
    '_'.repeat(32),
  );
});
