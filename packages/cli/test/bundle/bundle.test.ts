/** A whole `muster support-bundle`, looked through for every secret of its R. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ControlClient, ControlError } from '@muster/control';
import { plain } from '@muster/render';
import { list } from 'tar';
import { processBundle } from '../../src/bundle/process.ts';
import { writeBundle } from '../../src/bundle/write.ts';

const secrets = {
  key: 'Zk3v_9QpLw7xTn2RbY8dHs5mCf4gJ1aE',
  oldKey: 'OldK_9QpLw7xTn2RbY8dHs5mCf4gJ1aE',
  helper: 'helper pass+word',
  tls: 'tlsPassw0rd',
  agent: 'a1'.repeat(32),
  longAgent: 'b2'.repeat(64),
  strangeAgent: 'not-hex-at-all-key',
  salt: 'U2FsdFNhbHRTYWx0U2FsdA==',
  hash: 'SGFzaEhhc2hIYXNoSGFzaEhhc2hIYXNoSGFzaEhhc2g=',
  authd: 'enrolment-pass',
} as const;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundle-'));
  for (const folder of ['etc', 'logs', 'queue/cluster', 'var/run']) mkdirSync(join(root, folder), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text, { mode: 0o640 });
  write(
    'etc/ossec.conf',
    `<ossec_config><cluster><!-- <key>${secrets.oldKey}</key> --><name>lab</name><node_name>zeus</node_name><node_type>master</node_type>
<key>${secrets.key}</key><nodes><node>10.0.0.1</node></nodes><disabled>no</disabled>
<haproxy_helper><haproxy_disabled>no</haproxy_disabled><haproxy_address>10.0.0.9</haproxy_address><haproxy_user>u</haproxy_user><haproxy_password>${secrets.helper}</haproxy_password></haproxy_helper></cluster></ossec_config>`,
  );
  write('etc/muster.yaml', `haproxy:\n  tls:\n    password: ${secrets.tls}\n`);
  const keys = [secrets.agent, secrets.longAgent, secrets.strangeAgent];
  write('etc/client.keys', keys.map((key, at) => `00${at + 1} a${at} any ${key}\n`).join(''));
  const user = { name: 'bob', role: 'read', scrypt: { n: 16_384, r: 8, p: 1, salt: secrets.salt, hash: secrets.hash } };
  write('etc/muster-users.json', JSON.stringify({ version: 1, users: [user] }));
  write('etc/authd.pass', `${secrets.authd}\n`);
  const leaky = Object.values(secrets).map((secret) => `2026/01/31 10:00:00 INFO: [Master] [Main] it was ${secret}.\n`);
  write('logs/cluster.log', leaky.join(''));
});
afterEach(() => rmSync(root, { recursive: true }));

async function write(look: () => Promise<ControlClient>, file = join(root, 'b.tar.gz')) {
  const told = { out: '', error: '' };
  const output = {
    out: (text: string) => void Object.assign(told, { out: told.out + text }),
    error: (text: string) => void Object.assign(told, { error: `${told.error}${text}\n` }),
    paint: plain,
  };
  const code = await writeBundle(processBundle(root, look, '0.1.0'), output, file);
  return { code, file, ...told };
}

/** By name, as the library reads the archive. */
async function read(file: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  await list({
    file,
    onReadEntry: (entry) => {
      const parts: Buffer[] = [];
      entry.on('data', (part: Buffer) => void parts.push(part));
      entry.on('end', () => found.set(entry.path, Buffer.concat(parts).toString('utf8')));
    },
  });
  return found;
}

const leaks = (text: string): readonly string[] =>
  Object.entries(secrets).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));

const stopped = () => Promise.reject(new ControlError('not-running', 'No Muster runs.'));
/** A node that says every secret in every view. */
const leaky = async () => {
  const said = { password: secrets.key, text: Object.values(secrets).join(' ') };
  const health = { node: 'zeus', role: 'master', pid: 1, version: '0.1.0', uptimeMs: 1, problems: [], said };
  const node = {
    links: async () => ({ rows: [], said }),
    deadLetters: async () => said,
    nodeInfo: async () => said,
    metrics: async () => said.text,
  };
  return {
    close: () => {},
    at: () => node,
    health: async () => health,
    cluster: async () => ({
      cluster: 'lab',
      nodes: [{ name: 'zeus', role: 'master', liveness: 'up', version: '', said }],
    }),
    tree: async () => [said],
    events: async () => ({ rows: [{ id: 1, atMs: 0, kind: 'joined', subject: 'w1', ...said }] }),
    healthcheck: async () => said,
  } as unknown as ControlClient;
};

it('is made without a running node, names what is missing, and holds no secret', async () => {
  const { code, file, error } = await write(stopped);
  expect(code).toBe(0);
  expect(error).toMatch(/^Not in it: nodes\.json, health\.json, .*: No Muster runs\.\n$/);
  const files = await read(file);
  const manifest = JSON.parse(files.get('muster-support/manifest.json') ?? '');
  expect(manifest.missing).toContainEqual({ name: 'tree.json', why: 'No Muster runs.' });
  expect(files.get('muster-support/check-config.txt')).toContain('cluster.node_name');
  expect(files.get('muster-support/config/cluster.xml')).toContain('<key>*****</key>');
  expect(files.get('muster-support/logs/cluster.log')?.match(/it was \*+/g)).toHaveLength(Object.keys(secrets).length);
  expect(leaks(gunzipSync(readFileSync(file)).toString('latin1'))).toEqual([]);
});

it('holds no secret that a running node says, in any view', async () => {
  const { file } = await write(leaky);
  const files = await read(file);
  expect(files.has('muster-support/metrics.txt')).toBe(true);
  for (const view of ['nodes', 'health', 'tree', 'events', 'links', 'dead-letters', 'healthcheck', 'node-info/zeus'])
    expect([view, files.has(`muster-support/${view}.json`)]).toEqual([view, true]);
  expect(leaks(gunzipSync(readFileSync(file)).toString('latin1'))).toEqual([]);
});

it('holds none where the configuration is faulty', async () => {
  writeFileSync(
    join(root, 'etc/ossec.conf'),
    `<ossec_config><cluster><key>${secrets.key}</key><port>1</port></cluster>`,
  );
  const { file } = await write(stopped);
  const text = gunzipSync(readFileSync(file)).toString('latin1');
  // Of files that are not read any more nothing is known; what they had still stands in the log of this test.
  expect(leaks(text).filter((name) => name !== 'oldKey' && name !== 'helper')).toEqual([]);
});

it('holds none of users whose file lies elsewhere', async () => {
  const users = join(root, 'elsewhere.json');
  renameSync(join(root, 'etc/muster-users.json'), users);
  writeFileSync(join(root, 'etc/muster.yaml'), `http_api:\n  users_file: ${users}\n`);
  const { file } = await write(stopped);
  const found = leaks(gunzipSync(readFileSync(file)).toString('latin1'));
  expect(found).not.toContain('salt');
  expect(found).not.toContain('hash');
});

it('says once of a node that hangs that it does, with all that is missing', async () => {
  const never = (): Promise<never> => new Promise(() => {});
  const node = { links: never, deadLetters: never, nodeInfo: never, metrics: never };
  const views = { health: never, cluster: never, tree: never, events: never, healthcheck: never };
  const { error } = await write(
    async () => ({ close: () => {}, at: () => node, ...views }) as unknown as ControlClient,
  );
  expect(error).toMatch(
    /^Not in it: nodes\.json, [^:]*, node-info: the node did not answer in time; its log may say why\n$/,
  );
});

it('is for its owner alone, and writes over nothing', async () => {
  const { file } = await write(stopped);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await expect(write(stopped, file)).rejects.toThrow('is there already');
  await expect(write(stopped, join(root, 'no/such/b.tar.gz'))).rejects.toThrow('cannot be written (ENOENT)');
});
