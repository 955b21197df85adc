import { describeConfig, describeConfigError } from '@muster/config';
import { clusterXml, errorOf, faultsOf, loadOssec, ossec } from './ossec.ts';

const whole = { haproxy_disabled: 'no', haproxy_address: 'lb', haproxy_user: 'u', haproxy_password: 'p' };
const block = (options: Readonly<Record<string, string>>): string =>
  Object.entries(options)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('\n');
const remote = (...options: readonly string[]): string => `<remote>\n${options.join('\n')}\n</remote>\n`;

const loadWith = (yaml: string, helper?: Readonly<Record<string, string>>, ...sections: readonly string[]) =>
  loadOssec(ossec(clusterXml(helper === undefined ? {} : { haproxy_helper: block(helper) }), ...sections), {
    '/r/etc/muster.yaml': yaml,
  });
const haproxyOf = async (...of: Parameters<typeof loadWith>) => (await loadWith(...of)).haproxy;
const instances = (...items: readonly string[]): string => `haproxy: ${JSON.stringify({ instances: items })}`;

const defaults = {
  backend: 'wazuh_reporting',
  agentPort: 1514,
  excludedNodes: [],
  nodes: {},
  pollMs: 1_000,
  frequencyMs: 60_000,
  chunk: 300,
  pauseMs: 5_000,
  settleMs: 60_000,
  tolerance: 0.1,
  removeAfterMs: 240 * 60_000,
};

describe('what is balanced', () => {
  test('nothing without a block and without instances', async () => {
    expect(await haproxyOf('')).toBeUndefined();
  });

  test('an enabled block alone means the Data Plane API at its address', async () => {
    expect(await haproxyOf('', whole)).toEqual({
      ...defaults,
      instances: [
        {
          driver: 'dataplane',
          text: 'http://lb:5555',
          endpoint: { protocol: 'http', host: 'lb', port: 5555 },
          user: 'u',
          password: 'p',
        },
      ],
    });
  });

  test.each(['fd00::5', '[fd00::5]'])('the address of the block may be %s', async (address) => {
    const found = await haproxyOf('', { ...whole, haproxy_address: address });
    expect(found?.instances[0]).toMatchObject({ text: 'http://[fd00::5]:5555', endpoint: { host: 'fd00::5' } });
  });

  test('the certificates of the block are those of its https', async () => {
    const helper = {
      ...{ ...whole, haproxy_protocol: 'https', haproxy_port: '6000', haproxy_cert: '/ca.pem' },
      ...{ client_cert: '/c.pem', client_cert_key: '/k.pem', client_cert_password: 'kp' },
    };
    expect((await haproxyOf('', helper))?.instances).toEqual([
      {
        driver: 'dataplane',
        text: 'https://lb:6000',
        endpoint: {
          protocol: 'https',
          host: 'lb',
          port: 6000,
          tls: { ca: '/ca.pem', cert: '/c.pem', key: '/k.pem', password: 'kp' },
        },
        user: 'u',
        password: 'p',
      },
    ]);
    const own = await haproxyOf('haproxy: {tls: {ca: /own.pem}}', helper);
    expect(own?.instances[0]?.endpoint).toMatchObject({ tls: { ca: '/own.pem', cert: '/c.pem' } });
  });

  test.each([
    ['/run/haproxy/admin.sock', { kind: 'unix', path: '/run/haproxy/admin.sock' }, '/run/haproxy/admin.sock'],
    ['unix:/a b.sock', { kind: 'unix', path: '/a b.sock' }, '/a b.sock'],
    ['tcp://127.0.0.1:9999', { kind: 'tcp', host: '127.0.0.1', port: 9999 }, 'tcp://127.0.0.1:9999'],
    ['tcp://[::1]:1', { kind: 'tcp', host: '::1', port: 1 }, 'tcp://[::1]:1'],
    [
      'tls://lb-1.example:65535/',
      { kind: 'tls', host: 'lb-1.example', port: 65535, tls: {} },
      'tls://lb-1.example:65535',
    ],
  ])('%s is driven by the Runtime API', async (written, endpoint, text) => {
    expect(await haproxyOf(instances(written))).toEqual({
      ...defaults,
      instances: [{ driver: 'runtime', text, endpoint }],
    });
  });

  test('the tunables of the block hold for the instances of muster.yaml, and need no address', async () => {
    const tunables = {
      ...{ haproxy_disabled: 'no', haproxy_backend: 'agents', excluded_nodes: 'w1,w2', frequency: '10' },
      ...{ agent_chunk_size: '100', agent_reconnection_time: '1', agent_reconnection_stability_time: '20' },
      ...{ imbalance_tolerance: '0.5', remove_disconnected_node_after: '1', haproxy_resolver: 'dns' },
    };
    const config = await loadWith(instances('/s'), tunables);
    expect(config.warnings).toEqual([]);
    expect(config.haproxy).toMatchObject({
      ...{ backend: 'agents', excludedNodes: ['w1', 'w2'], frequencyMs: 10_000, chunk: 100, pauseMs: 1_000 },
      ...{ settleMs: 20_000, tolerance: 0.5, removeAfterMs: 60_000, resolver: 'dns' },
      instances: [{ driver: 'runtime', text: '/s' }],
    });
  });

  test('user and password of the block are those of a Data Plane API in the list', async () => {
    const found = await haproxyOf(instances('/s', 'http://lb2:5555'), whole);
    expect(found?.instances.map(({ driver, text }) => `${driver} ${text}`)).toEqual([
      'runtime /s',
      'dataplane http://lb2:5555',
    ]);
    expect(found?.instances[1]).toMatchObject({ user: 'u', password: 'p' });
  });

  test('a block that is switched off switches the instances off, with a warning', async () => {
    const config = await loadWith(instances('/s'), { haproxy_disabled: 'yes' });
    expect(config.haproxy).toBeUndefined();
    expect(config.warnings).toEqual([
      'haproxy_disabled of <haproxy_helper> is not no: haproxy.instances of muster.yaml are not balanced.',
    ]);
  });

  test('nodes, pace and the API that moves agents are read', async () => {
    const yaml = `
haproxy:
  instances: ["http://lb:5555"]
  poll_every: 200ms
  nodes:
    w1: {address: 10.9.9.9, port: 2514, weight: 50}
    Worker_2: {weight: 200}
  api: {url: "https://localhost:55000/", user: wazuh, password: "s, 3"}`;
    expect(await haproxyOf(yaml, whole)).toMatchObject({
      pollMs: 200,
      nodes: { w1: { address: '10.9.9.9', port: 2514, weight: 50 }, Worker_2: { weight: 200 } },
      api: { url: 'https://localhost:55000', user: 'wazuh', password: 's, 3' },
    });
  });

  test('the first instance of this machine is the one that is written down', async () => {
    const yaml = `haproxy: {instances: ["tls://lb:1", /a, /b], persist: /etc/haproxy/conf.d/agents.cfg, binary: /usr/sbin/haproxy}`;
    const found = await haproxyOf(yaml);
    const persist = { path: '/etc/haproxy/conf.d/agents.cfg', binary: '/usr/sbin/haproxy' };
    expect(found?.instances.map((each) => (each.driver === 'runtime' ? each.persist : 'none'))).toEqual([
      undefined,
      persist,
      undefined,
    ]);
  });
});

describe('the port of agents', () => {
  test.each([
    ['no <remote>', [], 1514, 0],
    ['a block without port', [remote('<connection>secure</connection>')], 1514, 0],
    ['a block without connection', [remote('<port>2514</port>')], 2514, 0],
    ['two blocks for agents', [remote('<port>2514</port>'), remote('<port>3514</port>')], 2514, 0],
    ['a repeated port', [remote('<port>2514</port>', '<port>2515</port>')], 2515, 0],
    [
      'syslog first',
      [remote('<connection>syslog</connection>', '<port>514</port>'), remote('<port>2514</port>')],
      2514,
      1,
    ],
    ['syslog second', [remote('<port>2514</port>'), remote('<connection>syslog</connection>')], 2514, 0],
    ['syslog alone', [remote('<connection>syslog</connection>', '<port>514</port>')], 1514, 1],
    ['udp alone', [remote('<port>2514</port>', '<protocol>udp</protocol>')], 2514, 1],
    ['tcp and udp', [remote('<protocol>tcp,udp</protocol>')], 1514, 0],
  ])('%s', async (_name, sections, port, warnings) => {
    const config = await loadWith(instances('/s'), undefined, ...sections);
    expect(config.haproxy?.agentPort).toBe(port);
    expect(config.warnings).toHaveLength(warnings);
  });

  test('a block for syslog is told with its line', async () => {
    const { warnings } = await loadWith(instances('/s'), undefined, remote('<connection>syslog</connection>'));
    expect(warnings).toEqual([expect.stringMatching(/^No <remote> block is for agents .*\(line 7\) is for syslog/)]);
  });

  test('one that is no port is a fault where something is balanced, and nobody asks elsewhere', async () => {
    const bad = remote('<port>70000</port>');
    expect(await faultsOf(loadWith(instances('/s'), undefined, bad))).toEqual([
      'The port of the <remote> block for agents is no port',
    ]);
    await expect(loadWith('', undefined, bad)).resolves.toBeDefined();
  });
});

describe('what is refused', () => {
  test.each([
    ['haproxy: {instances: /s}', 'Invalid value for haproxy.instances', 1],
    ['haproxy:\n  instances:\n    - /s\n    - admin.sock', 'Invalid item 2 of haproxy.instances', 4],
    ['haproxy: {instances: [5]}', 'Invalid item 1 of haproxy.instances', 1],
    ['haproxy: {instances: [ftp://lb:1]}', 'Invalid item 1 of haproxy.instances', 1],
    ['haproxy:\n  instances: [/s,\n    tcp://lb]', 'The address of an HAProxy is not one', 3],
    ['haproxy: {instances: ["tcp://lb:0"]}', 'The address of an HAProxy is not one', 1],
    ['haproxy: {instances: ["tcp://lb:65536"]}', 'The address of an HAProxy is not one', 1],
    ['haproxy: {instances: ["tls://l b:1"]}', 'The address of an HAProxy is not one', 1],
    ['haproxy: {instances: ["tls://[1.2.3.4]:1"]}', 'The address of an HAProxy is not one', 1],
    ['haproxy: {instances: ["tls://[::g]:1"]}', 'The address of an HAProxy is not one', 1],
    [`haproxy: {instances: [/${'s'.repeat(107)}]}`, 'The path of the socket is too long', 1],
    ['haproxy: {instances: [/s, "unix:/s"]}', 'haproxy.instances lists /s twice', 1],
    ['haproxy: {persist: agents.cfg}', 'Invalid value for haproxy.persist', 1],
    ['haproxy: {binary: "a b"}', 'Invalid value for haproxy.binary', 1],
    ['haproxy: {tls: {ca: ca.pem}}', 'Invalid value for haproxy.tls.ca', 1],
    ['haproxy: {nodes: [w1]}', 'Invalid value for haproxy.nodes', 1],
    ['haproxy:\n  nodes:\n    w1: 10.0.0.1', 'haproxy.nodes.w1 must be a mapping', 3],
    ['haproxy:\n  nodes:\n    w1:\n      port: 0', 'Invalid value for haproxy.nodes.w1.port', 4],
    ['haproxy: {nodes: {w1: {weight: 257}}}', 'Invalid value for haproxy.nodes.w1.weight', 1],
    ['haproxy: {nodes: {w1: {address: "a;b"}}}', 'Invalid value for haproxy.nodes.w1.address', 1],
    ['haproxy: {nodes: {w1: {adress: a}}}', 'muster.yaml has no option "haproxy.nodes.w1.adress"', 1],
    ['haproxy: {nodes: {w.1: {weight: 1}}}', 'haproxy.nodes has no node of the name "w.1"', 1],
    ['haproxy: {instances: [/s], api: {url: "https://h:1", user: u}}', 'haproxy.api lacks password', 1],
    ['haproxy: {api: {url: "https://h:1/v1"}}', 'Invalid value for haproxy.api.url', 1],
    [
      'haproxy: {instances: [/s], api: {url: "https://h:99999", user: u, password: p}}',
      'haproxy.api.url is no address',
      1,
    ],
    ['haproxy: {api: {user: "a:b"}}', 'Invalid value for haproxy.api.user', 1],
    ['haproxy: {nods: {}}', 'muster.yaml has no option "haproxy.nods"', 1],
  ])('%s: %s', async (yaml, text, line) => {
    const { faults } = await errorOf(loadWith(yaml));
    expect(faults[0]).toMatchObject({ code: 3004, text, line, file: '/r/etc/muster.yaml' });
    expect(faults[0]?.cure).not.toBe('');
    expect(faults).toHaveLength(1);
  });

  test('what was meant by a name of a node option that is near one', async () => {
    const { faults } = await errorOf(loadWith('haproxy: {nodes: {w1: {adress: a}}}'));
    expect(faults[0]?.cure).toBe('Did you mean address? Otherwise remove it.');
  });

  test('a Data Plane API without user and password', async () => {
    for (const helper of [undefined, { haproxy_disabled: 'no' }]) {
      const { faults } = await errorOf(loadWith(instances('/s', 'http://lb:5555'), helper));
      expect(faults).toEqual([
        expect.objectContaining({
          text: 'http://lb:5555 is a Data Plane API, and its user and password are not given',
          option: 'haproxy.instances.1',
        }),
      ]);
    }
  });

  test('seventeen instances', async () => {
    const many = Array.from({ length: 17 }, (_, index) => `/s${index}`);
    expect(await faultsOf(loadWith(instances(...many)))).toEqual(['Invalid value for haproxy.instances']);
    expect((await haproxyOf(instances(...many.slice(1))))?.instances).toHaveLength(16);
  });

  test('only as a warning where the cluster is disabled', async () => {
    const text = ossec(clusterXml({ disabled: 'yes' }));
    const { warnings } = await loadOssec(text, { '/r/etc/muster.yaml': instances('tcp://lb') });
    expect(warnings).toContain(
      'The cluster is disabled; enabled, it would be refused: The address of an HAProxy is not one',
    );
  });
});

test.each([
  ['haproxy: {instances: [tls://lb:1], persist: /a.cfg}', /^haproxy.persist has no effect/],
  ['haproxy: {instances: [/s], tls: {ca: /ca}}', /^haproxy.tls has no effect/],
  ['haproxy: {instances: [/s], api: {url: "http://h:1", user: u, password: p}}', /^haproxy.api has no effect/],
  ['haproxy: {instances: ["tcp://10.0.0.9:1"]}', /^tcp:\/\/10.0.0.9:1: whoever reaches this port commands the HAProxy/],
])('%s is warned of', async (yaml, warning) => {
  expect((await loadWith(yaml)).warnings).toEqual([expect.stringMatching(warning)]);
});

describe("the master's own address", () => {
  const loadAt = (yaml: string, more: Readonly<Record<string, string>> = {}) =>
    loadOssec(ossec(clusterXml({ nodes: '<node>127.0.0.1</node>', node_name: 'm1', ...more })), {
      '/r/etc/muster.yaml': yaml,
    });

  test('that is a loopback is warned of where HAProxy is on another machine', async () => {
    const { warnings } = await loadAt(instances('tls://lb:1'));
    expect(warnings).toEqual([expect.stringMatching(/^tls:\/\/lb:1 is on another machine, where 127\.0\.0\.1/)]);
  });

  test('may be one for an HAProxy here, with an address for HAProxy, and on a worker', async () => {
    expect((await loadAt(instances('/s'))).warnings).toEqual([]);
    expect((await loadAt('haproxy: {instances: [tls://lb:1], nodes: {m1: {address: 10.0.0.1}}}')).warnings).toEqual([]);
    expect((await loadAt(instances('tls://lb:1'), { node_type: 'worker' })).warnings).toEqual([]);
  });
});

describe('secrets', () => {
  const secret = 'hunter2hunter2';
  test.each([
    `haproxy: {api: {password: [${secret}]}}`,
    `haproxy: {api: {password: {a: ${secret}}}}`,
    `haproxy: {api: {pasword: ${secret}}}`,
    `haproxy: {api: {pass: [${secret}]}}`,
    `haproxy: {api: ${secret}}`.replace('api: ', 'api: &a ').replace(secret, `[${secret}]`),
    `haproxy: [${secret}]`,
    `haproxi: {api: {password: ${secret}}}`,
    `api: {password: ${secret}}`,
    `password: ${secret}`,
    `haproxy.api.password: ${secret}`,
    `haproxy:\n  tls.password: ${secret}`,
    `haproxy: {tls: {password: ${'x'.repeat(243)}${secret}}}`,
    `haproxy: {instances: ["http://u:${secret}@lb:5555"]}`,
    `haproxy: {instances: ["HTTP://u:${secret}@lb:5555"]}`,
    `haproxy: {instances: "http://u:${secret}@lb:5555"}`,
    `haproxy: {api: {url: "https://u:${secret}@lb:5555"}}`,
    `haproxy: {api: {password: *${secret}}}`,
    `haproxy: {api: {password: "${secret}\\q"}}`,
    `haproxy: {api: {password: !!${secret} [}}`,
    `haproxy:\n  api:\n    password: ${secret}\n   x: "${secret}" "${secret}"`,
    `haproxy: {api: {password: 'a' '${secret}'}}`,
  ])('%j is refused without a word of it', async (yaml) => {
    const error = await errorOf(loadWith(yaml));
    expect(`${describeConfigError(error)} ${error.message}`).not.toContain(secret);
  });

  test('of digits alone are refused, with the cure', async () => {
    const { faults } = await errorOf(loadWith('haproxy: {api: {password: 123456}}'));
    expect(faults[0]).toMatchObject({ value: '(a number, not shown)', cure: expect.stringContaining('in quotes') });
  });

  test('are not in the description of what holds', async () => {
    const yaml = `haproxy: {instances: ["https://lb:1", /s], nodes: {W1: {weight: 7, port: 9}}, api: {url: "https://h:1", user: u, password: ${secret}}, tls: {password: ${secret}}}`;
    const config = await loadWith(yaml, { ...whole, haproxy_password: secret, client_cert_password: secret });
    const text = describeConfig(config);
    expect(text).not.toContain(secret);
    expect(text).toMatch(/^haproxy.instances +https:\/\/lb:1, \/s$/m);
    expect(text).toMatch(/^haproxy.api.password +\(14 characters, not shown\)$/m);
    expect(text).toMatch(/^haproxy.nodes +W1 \(weight 7, port 9\)$/m);
    expect(text).toMatch(/^haproxy.poll_every +1s$/m);
    expect(text).toMatch(/^remote.port +1514$/m);
    expect(text).toMatch(/^balanced +https:\/\/lb:1 \(dataplane\), \/s \(runtime\)$/m);
  });
});

describe('the description says whether HAProxy is balanced', () => {
  const balanced = async (...given: Parameters<typeof loadWith>) =>
    /^balanced +(.*)$/m.exec(describeConfig(await loadWith(...given)))?.[1];

  test('or why not', async () => {
    expect(await balanced('')).toBe('no: neither haproxy.instances nor <haproxy_helper> names an HAProxy');
    expect(await balanced('haproxy: {instances: [/s]}', { ...whole, haproxy_disabled: 'yes' })).toBe(
      'no: haproxy_disabled of <haproxy_helper> is not no',
    );
    expect(await balanced('', { haproxy_disabled: 'no', haproxy_user: 'u' })).toBe(
      'no: haproxy_address, haproxy_password missing in <haproxy_helper>',
    );
    expect(await balanced('haproxy: {instances: [/s]}')).toBe('/s (runtime)');
  });

  test('and with which tunables, also without a block', async () => {
    const text = describeConfig(await loadWith('haproxy: {instances: [/s]}'));
    expect(text).toMatch(/^haproxy_helper.backend +wazuh_reporting$/m);
    expect(text).toMatch(/^haproxy_helper.frequency +1m$/m);
    expect(text).toMatch(/^haproxy_helper.imbalance_tolerance +0.1$/m);
    expect(describeConfig(await loadWith(''))).not.toContain('haproxy_helper.frequency');
  });
});
