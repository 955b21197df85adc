import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { musterOptionList, musterSchema } from '@muster/config';
import { clusterXml, errorOf, faultsOf, loadMuster, loadOssec, ossec } from './ossec.ts';

const options = async (text: string) => (await loadMuster(text)).muster;
const faultOf = async (text: string) => (await errorOf(loadMuster(text))).faults[0];

test('without a file, and with an empty one, every option has its default', async () => {
  const defaults = (await loadOssec(ossec(clusterXml()))).muster;
  expect(defaults).toEqual({
    keepAlive: { intervalMs: 1_000, suspectAfterMs: 2_500, downAfterMs: 4_000 },
    link: {
      handshakeTimeoutMs: 5_000,
      connectionsPerAddress: 10,
      connections: 1_024,
      retryMinMs: 200,
      retryMaxMs: 10_000,
    },
    integrity: {
      reconcileEveryMs: 300_000,
      coalesceMs: 50,
      pollEveryMs: 10_000,
      maxFileSizeBytes: 1_073_741_824,
      maxFiles: 1_000_000,
      guard: { percent: 50, files: 4, confirmAfterMs: 30_000 },
    },
    manager: 'auto',
    agents: { pollEveryMs: 500, storeMaxSizeBytes: 4_294_967_296 },
    registration: { perSecond: 50, burst: 1_000 },
    haproxy: {
      instances: [],
      persist: undefined,
      binary: 'haproxy',
      pollEveryMs: 1_000,
      tls: { ca: undefined, cert: undefined, key: undefined, password: undefined },
      nodes: {},
      api: { url: undefined, user: undefined, password: undefined, ca: undefined },
    },
    files: { uid: undefined, gid: undefined },
    // In full in http-api.test.ts.
    httpApi: expect.objectContaining({ enabled: false }),
    log: { format: 'plain', level: undefined },
    restarts: { max: 5, withinMs: 60_000, backOffMinMs: 100, backOffMaxMs: 10_000 },
  });
  expect(await options('')).toEqual(defaults);
  expect(await options('# nothing\n---\n')).toEqual(defaults);
});

test.each([
  ['200ms', 200],
  ['2s', 2_000],
  ['2.5s', 2_500],
  ['"1s"', 1_000],
  ['1', 1_000],
  ['0.1', 100],
])('keep_alive.interval of %s is %i ms', async (written, ms) => {
  const text = `keep_alive: {interval: ${written}, suspect_after: 5m, down_after: 1h}`;
  expect((await options(text)).keepAlive).toEqual({ intervalMs: ms, suspectAfterMs: 300_000, downAfterMs: 3_600_000 });
});

test.each([
  ['64MiB', 67_108_864],
  ['1GiB', 1_073_741_824],
  ['1.5KiB', 1_536],
  ['1B', 1],
  ['4096', 4_096],
])('integrity.max_file_size of %s is %i bytes', async (written, bytes) => {
  expect((await options(`integrity: {max_file_size: ${written}}`)).integrity.maxFileSizeBytes).toBe(bytes);
});

test.each(['yes', '5 s', '5S', '5d', '-1s', '[1s]', '1e3s', '.5s', '{}', '~'])(
  'keep_alive.interval of %s, with the default silences, is refused',
  async (written) => {
    const fault = await errorOf(loadMuster(`keep_alive: {interval: ${written}}`));
    expect(fault.faults.map(({ option }) => option)).toEqual(['keep_alive.interval']);
    expect(fault.faults[0]?.allowed).toContain('as 200ms, 2.5s, 5m, 1h or a number of seconds');
  },
);

test.each(['64MB', '1.5B', '0', '-1', 'big', '1025GiB'])(
  'integrity.max_file_size of %s is refused',
  async (written) => {
    expect(await faultsOf(loadMuster(`integrity: {max_file_size: ${written}}`))).toEqual([
      'Invalid value for integrity.max_file_size',
    ]);
  },
);

const bounded = musterOptionList.flatMap(([path, option]) => ('min' in option ? [[path, option] as const] : []));
const nested = (path: string, value: unknown): string =>
  JSON.stringify(path.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value));
const written = (kind: string, amount: number): unknown => (kind === 'duration' ? `${amount}ms` : amount);

describe.each(bounded)('%s', (path, option) => {
  const judge = async (amount: number): Promise<readonly string[]> => {
    const loading = loadMuster(nested(path, written(option.kind, amount)));
    return loading.then(
      () => [],
      async () => faultsOf(loading),
    );
  };
  const refusal = `Invalid value for ${path}`;

  test('is allowed at both its bounds', async () => {
    expect(await judge(option.min)).not.toContain(refusal);
    expect(await judge(option.max)).not.toContain(refusal);
  });

  test('is refused one beyond either bound', async () => {
    if (option.kind !== 'duration' || option.min > 0) expect(await judge(option.min - 1)).toContain(refusal);
    expect(await judge(option.max + 1)).toContain(refusal);
  });
});

test.each([
  ['keep_alive: {interval: 2.5s}', 'keep_alive.suspect_after must be above keep_alive.interval'],
  ['keep_alive: {suspect_after: 4s}', 'keep_alive.down_after must be above keep_alive.suspect_after'],
  ['link: {retry_min: 10.001s}', 'link.retry_max must be at least link.retry_min'],
  ['restarts: {back_off_max: 99ms}', 'restarts.back_off_max must be at least restarts.back_off_min'],
])('%s is refused: %s', async (text, fault) => {
  expect(await faultsOf(loadMuster(text))).toEqual([fault]);
});

test.each([
  'keep_alive: {interval: 2.499s}',
  'keep_alive: {suspect_after: 3999ms}',
  'link: {retry_min: 10s}',
  'restarts: {back_off_max: 100ms}',
])('%s is allowed', async (text) => {
  await expect(loadMuster(text)).resolves.toBeDefined();
});

test.each(['auto', 'files', 'wazuh-db', 'embedded'])('the manager may be %s', async (choice) => {
  expect((await options(`manager: ${choice}`)).manager).toBe(choice);
});

test('options of agents and of registration are read', async () => {
  const text =
    'agents: {poll_every: 2s, store_max_size: 64MiB}\nregistration: {per_second: 5, burst: 10}\nmanager: files';
  expect(await options(text)).toMatchObject({
    manager: 'files',
    agents: { pollEveryMs: 2_000, storeMaxSizeBytes: 67_108_864 },
    registration: { perSecond: 5, burst: 10 },
  });
});

test.each([
  ['keep_alive: {intervall: 1s}', 'keep_alive.intervall', 'Did you mean keep_alive.interval?'],
  ['integrity: {gard: {percent: 5}}', 'integrity.gard', 'Did you mean integrity.guard?'],
  ['keepalive: {}', 'keepalive', 'Did you mean keep_alive?'],
  ['down_after: 5s', 'down_after', 'Did you mean keep_alive.down_after?'],
  ['integrity: {guard: {file: 5}}', 'integrity.guard.file', 'Did you mean integrity.guard.files?'],
  ['xyz: 1', 'xyz', 'Remove it.'],
  ['__proto__: {x: 1}', '__proto__', 'Remove it.'],
  ['constructor: 1', 'constructor', 'Remove it.'],
  ['managr: files', 'managr', 'Did you mean manager?'],
  ['agents: {poll_evry: 1s}', 'agents.poll_evry', 'Did you mean agents.poll_every?'],
])('%s is refused, with what was meant', async (text, option, cure) => {
  const fault = await faultOf(text);
  expect(fault).toMatchObject({ code: 3004, option, file: '/r/etc/muster.yaml' });
  expect(fault?.cure).toContain(cure);
});

test.each([
  ['keep_alive.interval: 2s', 'keep_alive.interval', 'Write `keep_alive:` and below it, indented, `interval: 2s`.'],
  ['log.format: {}', 'log.format', 'Write `log:` and below it, indented, `format: …`.'],
  [
    'integrity:\n  guard.percent: 5',
    'integrity.guard.percent',
    'Write `integrity:` and below it, indented, `guard:` and below it, indented, `percent: 5`.',
  ],
])('%s is refused, with the levels to write instead', async (text, option, cure) => {
  expect((await errorOf(loadMuster(text))).faults).toEqual([
    expect.objectContaining({
      option,
      cure,
      text: `${option} is written with a dot; the dots of an option are levels of the file`,
    }),
  ]);
});

test('a name with a dot that is no option is refused as any other', async () => {
  expect((await faultOf('keep_alive.intervall: 2s'))?.text).toBe('muster.yaml has no option "keep_alive.intervall"');
  expect((await faultOf('keep_alive.intervall: 2s'))?.cure).toContain('Did you mean keep_alive.interval?');
});

test.each([
  ['log:\n  format: xml', 2],
  ['log: plain', 1],
  ['\n\nlog.format: plain', 3],
  ['# a\nkeep_alive:\n  # b\n  intervall: 1s', 4],
  ['a: &x {interval: 1}\nkeep_alive: *x', 1],
  ['files:\n  owner: nobody1', 2],
  ['link:\n  retry_max: 100ms\n', 2],
  ['link:\n  retry_min: 1m\n', undefined],
])('the fault in %j is told with the line of the option, where the file has it', async (text, line) => {
  expect((await faultOf(text))?.line).toBe(line);
});

test.each([
  ['[1]', 'muster.yaml must hold a mapping'],
  ['text', 'muster.yaml must hold a mapping'],
  ['log: plain', 'log must be a mapping'],
  ['integrity: {guard: 5}', 'integrity.guard must be a mapping'],
  ['manager: {kind: files}', 'Invalid value for manager'],
  ['manager: wazuhdb', 'Invalid value for manager'],
  ['agents: 5', 'agents must be a mapping'],
  ['log: {level: INFO}', 'Invalid value for log.level'],
  ['restarts: {max: 1.5}', 'Invalid value for restarts.max'],
  ['restarts: {max: "5"}', 'Invalid value for restarts.max'],
  ['files: {owner: -1}', 'Invalid value for files.owner'],
  ['files: {owner: ""}', 'Invalid value for files.owner'],
])('%s is refused: %s', async (text, fault) => {
  expect(await faultsOf(loadMuster(text))).toEqual([fault]);
});

test.each([
  ['a: [', /not YAML/],
  ['log: {format: json}\nlog: {format: json}', /not YAML: Map keys must be unique/],
  ['a: *x', /not YAML: Unresolved alias/],
])('%s is error 3006', async (text, reason) => {
  const fault = await faultOf(text);
  expect(fault).toMatchObject({ code: 3006, text: expect.stringMatching(reason) });
});

test('aliases that multiply are refused', async () => {
  const rows = Array.from(
    { length: 9 },
    (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`,
  );
  expect((await faultOf(`a0: &a0 [x]\n${rows.join('\n')}`))?.code).toBe(3006);
});

const accounts = {
  '/etc/passwd': 'root:x:0:0::/:/bin/sh\nwazuh:x:111:112::/:/bin/false\nossec:x:113:114::/:/bin/false\n',
  '/etc/group': 'root:x:0:\nossec:x:114:\n',
};
const filesOf = async (yaml: string, more: Readonly<Record<string, string>>) =>
  (await loadOssec(ossec(clusterXml()), { '/r/etc/muster.yaml': yaml, ...more })).muster.files;

test('files belong to wazuh, else ossec, else are left as created', async () => {
  expect(await filesOf('', accounts)).toEqual({ uid: 111, gid: 114 });
  expect(await filesOf('', {})).toEqual({ uid: undefined, gid: undefined });
});

test('owner and group may be names or ids', async () => {
  expect(await filesOf('files: {owner: root, group: 0}', accounts)).toEqual({ uid: 0, gid: 0 });
  expect(await filesOf('files: {owner: 4294967294}', accounts)).toEqual({ uid: 4294967294, gid: 114 });
});

test('an owner that the system does not know is refused', async () => {
  const loading = loadOssec(ossec(clusterXml()), { '/r/etc/muster.yaml': 'files: {owner: nobody1}', ...accounts });
  expect(await faultsOf(loading)).toEqual(['There is no user "nobody1" in /etc/passwd']);
});

const docs = join(__dirname, '../../../docs');

test('docs/muster.schema.json is the schema of the code', () => {
  const file = join(docs, 'muster.schema.json');
  const schema = `${JSON.stringify(musterSchema, null, 2)}\n`;
  if (process.env.UPDATE_SCHEMA === '1') writeFileSync(file, schema);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(schema));
});
