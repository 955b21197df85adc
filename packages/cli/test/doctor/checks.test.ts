/** Each check of `muster doctor`, on both sides of its bounds. */
import type { Balance, BalancerView, LinkRow } from '@muster/protocol';
import { codeOf, findingsOf } from '../../src/doctor/checks.ts';
import { type Facts, known, type Running, unknown } from '../../src/doctor/facts.ts';
import { cluster, config, directory, facts, file, gib, info, local, nowMs, row, running, twoNodes } from './facts.ts';

const found = (check: string, changes: Partial<Facts>): string =>
  findingsOf(facts(changes))
    .filter((each) => each.check === check)
    .map(({ verdict, text }) => `${verdict} ${text}`)
    .join('\n');
const of = (node: Running): Partial<Facts> => ({ node: known(node) });
const machine = (changes: Parameters<typeof local>[0]): Partial<Facts> => ({ local: local(changes) });
const withKey = (key: string): Partial<Facts> => ({
  config: { ok: true, config: config({ key }), fingerprint: '0123456789abcdef' },
});
const day = 86_400_000;
const certificate = (untilMs: number, own: boolean) =>
  machine({ certificate: known({ path: '/c.pem', fromMs: nowMs - day, untilMs, own }) });
const link = (roundTripMs: number): Running =>
  running({
    links: known({ type: 'links', rows: [{ peer: 'w1', roundTripMs, skewMs: 0 } as LinkRow], reconnects: 0 }),
  });
const space = (freeBytes: number, totalBytes = 100 * gib) => machine({ disk: known({ freeBytes, totalBytes }) });
const ossec = (mode: number) => machine({ files: new Map([['etc/ossec.conf', file({ mode })]]) });
/** With the files that `http_api` names, of which `path` has `mode`. */
const secret = (path: string, mode: number): Partial<Facts> => {
  const whole = config();
  const httpApi = { ...whole.muster.httpApi, usersFile: '/etc/users.json', key: '/etc/key.pem' };
  return {
    config: { ok: true, config: { ...whole, muster: { ...whole.muster, httpApi } }, fingerprint: '0123456789abcdef' },
    ...machine({ files: new Map([[path, file({ mode })]]) }),
  };
};
const rules = (changes: Parameters<typeof directory>[0]) =>
  machine({ files: new Map([['etc/rules', directory(changes)]]) });
const haproxy = (changes: Partial<BalancerView>): Running =>
  running({
    balance: known({
      type: 'balance',
      instances: [{ endpoint: '/s', reachable: true, doing: 'balanced', advice: [], ...changes }],
    } as unknown as Balance),
  });
const stopped = { node: unknown('No Muster runs.', 'not-running') };

it('finds nothing where all is well, and ends with 0', () => {
  const all = findingsOf(facts());
  expect(all.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(codeOf(facts(), all)).toBe(0);
});

it('has a cure with everything that is not ok', () => {
  const worst = facts({
    config: {
      ok: false,
      faults: [{ code: 3004, text: 'x', option: '', allowed: '', cure: 'Mend.', file: 'f' }],
      warnings: ['w'],
    },
    node: stopped.node,
    local: local({ disk: unknown('hangs'), clusterd: known([4]), timeKeeper: known('') }),
  });
  const all = findingsOf(worst);
  expect(all.filter(({ verdict, cure }) => (verdict === 'ok') !== (cure === undefined))).toEqual([]);
  expect(codeOf(worst, all)).toBe(2);
});

it('ends with 3 where only the node is not there', () => {
  const away = facts(stopped);
  expect(codeOf(away, findingsOf(away))).toBe(3);
});

const table: readonly [check: string, changes: Partial<Facts>, expected: string][] = [
  ['key', withKey('c98b62a9b6169ac5f67dae55ae4a9088'), 'fail it is an example'],
  ['key', withKey('a'.repeat(32)), 'fail it can be guessed'],
  ['key', withKey('abcdefgh'.repeat(4)), 'fail it can be guessed'],
  ['key', withKey('abcdefabdefcabfedcbadefcbafedcba'), 'warn it has only 6'],
  ['key', withKey('0f9e8d7c6b5a49382716051423324150'), 'ok 32 characters, 16 different'],
  [
    'key in use',
    { config: { ok: true, config: config(), fingerprint: 'f'.repeat(16) } },
    'warn ossec.conf has another key',
  ],
  [
    'key of all nodes',
    of(
      running({
        infos: new Map([
          ['zeus', info()],
          ['w1', info({ keyFingerprint: 'f'.repeat(16) })],
        ]),
      }),
    ),
    'fail they are not the same',
  ],
  ['node', { node: unknown('late', 'timeout') }, 'fail it hangs'],
  ['node', stopped, 'fail it does not run'],
  ['node', { node: unknown('not you', 'no-permission') }, 'fail not you'],
  ['node w1', of(twoNodes({ liveness: 'down', reason: 'no beat' })), 'fail it is down: no beat'],
  ['node w1', of(twoNodes({ liveness: 'left' })), 'ok it was stopped on purpose'],
  ['node w1', of(twoNodes({ liveness: 'suspect', reason: 'late' })), 'warn it is suspect'],
  [
    'node w1',
    of(
      running({
        infos: new Map([
          ['zeus', info()],
          ['w1', unknown('silent')],
        ]),
      }),
    ),
    'fail it does not answer: silent',
  ],
  ['node w1', of(link(200)), 'ok up, answers in 200 ms'],
  ['node w1', of(link(201)), 'warn up, answers in 201 ms'],
  ['sync w1', of(twoNodes({ sync: 'failing', why: 'disk full' })), 'fail failing: disk full'],
  ['sync w1', of(twoNodes({ sync: 'held' })), 'warn held: it has not said why'],
  ['clocks', of(twoNodes({ skewMs: -1_000 })), 'ok they differ by 1000 ms'],
  ['clock w1', of(twoNodes({ skewMs: -1_001 })), 'warn it is 1 s behind'],
  ['clock w1', of(twoNodes({ skewMs: 30_000 })), 'warn it is 30 s ahead'],
  ['clock w1', of(twoNodes({ skewMs: 30_001 })), 'fail it is 30 s ahead'],
  ['version of Muster', of(twoNodes({ version: '0.2.0' })), 'warn they differ: zeus 0.1.0, w1 0.2.0'],
  [
    'version of Wazuh',
    of(
      running({
        infos: new Map([
          ['zeus', info()],
          ['w1', info({ managerVersion: '4.9.0' })],
        ]),
      }),
    ),
    'warn they differ',
  ],
  ['disk', space(5 * gib), 'ok 5.0 GiB'],
  ['disk', space(5 * gib - 1), 'warn 5.0 GiB'],
  ['disk', space(gib, 2 * gib), 'ok 1.0 GiB'],
  ['disk', space(gib - 1, 2 * gib), 'warn 1024 MiB'],
  ['disk', space(gib / 10 - 1, gib), 'fail 102 MiB'],
  ['disk', machine({ disk: unknown('it hangs') }), 'warn not known: it hangs'],
  ['disk w1', of(running({ infos: new Map([['w1', info({ freeBytes: 0 })]]) })), 'fail 0 B'],
  ['etc/ossec.conf', ossec(0o640), 'ok mode 0640'],
  ['etc/ossec.conf', ossec(0o644), "warn everybody on this machine may read it, and it holds the cluster's key (0644)"],
  ['etc/ossec.conf', ossec(0o662), 'fail everybody on this machine may write it (0662)'],
  [
    '/etc/users.json',
    secret('/etc/users.json', 0o644),
    'warn everybody on this machine may read it, and it holds who may ask the HTTP API (0644)',
  ],
  [
    '/etc/key.pem',
    secret('/etc/key.pem', 0o644),
    'warn everybody on this machine may read it, and it holds the private key of the HTTP API (0644)',
  ],
  ['/etc/key.pem', secret('/etc/key.pem', 0o640), 'ok mode 0640'],
  [
    'queue/cluster/muster/http/key.pem',
    machine({ files: new Map([['queue/cluster/muster/http/key.pem', file({ mode: 0o606 })]]) }),
    'fail everybody on this machine may write it',
  ],
  ['R/etc/rules', rules({ kind: 'missing' }), ''],
  ['R/etc/rules', rules({ kind: 'file' }), 'fail it is no directory'],
  ['R/etc/rules', rules({ mode: 0o777 }), 'fail everybody'],
  ['R/etc/rules', rules({ mode: 0o700, uid: 0 }), 'fail the node (user 999) may not read it (owner 0:999, 0700)'],
  ['R/etc/rules', rules({ mode: 0o750, uid: 0 }), ''],
  ['watches', machine({ directories: known(1) }), 'ok 1 directory is watched,'],
  ['watches', machine({ directories: known(80_000) }), 'ok 80000 directories are'],
  ['watches', machine({ directories: known(80_001) }), 'warn 80001'],
  ['watches', machine({ directories: known(100_001) }), 'fail 100001'],
  ['open files', machine({ process: known({ uid: 1, gids: [], maxFiles: 1_023 }) }), 'warn the process may open 1023'],
  [
    'open files',
    machine({ process: known({ uid: 1, gids: [], maxFiles: Number.POSITIVE_INFINITY }) }),
    'ok the process may open any number',
  ],
  ['open files', machine({ process: known({ uid: 1, gids: [], maxFiles: 2_000, openFiles: 1_601 }) }), 'warn 1601'],
  ['open files', machine({ process: known({ uid: 1, gids: [], maxFiles: 2_000, openFiles: 1_901 }) }), 'fail 1901'],
  ['time', machine({ timeKeeper: known('') }), 'warn no time daemon'],
  ['time', machine({ timeKeeper: known(''), inContainer: true }), 'ok this is a container'],
  ['wazuh-clusterd', machine({ clusterd: known([12, 13]) }), 'fail it runs beside Muster: process 12, 13'],
  [
    'wazuh-clusterd',
    machine({ files: new Map([['bin/wazuh-clusterd', file({ mode: 0o750 })]]) }),
    'warn it does not run, and',
  ],
  [
    'wazuh-clusterd',
    machine({ files: new Map([['bin/wazuh-clusterd', file({ mode: 0o640 })]]) }),
    'ok it does not run',
  ],
  ['port', { ...stopped, ...machine({ portTaken: known(true) }) }, 'warn something listens on 1516'],
  ['port', { node: unknown('late', 'timeout'), ...machine({ portTaken: known(true), runs: known(true) }) }, ''],
  [
    'port',
    { node: unknown('late', 'timeout'), ...machine({ portTaken: known(true) }) },
    'warn something listens on 1516',
  ],
  ['port', stopped, 'ok 1516 is free'],
  ['port', machine({ portTaken: known(true) }), ''],
  ['c-internal.sock', machine({ internalSocket: known('other') }), 'fail another program'],
  ['c-internal.sock', machine({ internalSocket: known('nobody') }), 'warn nobody listens'],
  ['c-internal.sock', { ...stopped, ...machine({ internalSocket: known('somebody') }) }, 'fail another program'],
  ['c-internal.sock', machine({ internalSocket: known('somebody') }), 'ok Muster listens'],
  [
    'c-internal.sock',
    { node: unknown('late', 'timeout'), ...machine({ internalSocket: known('somebody') }) },
    'ok somebody listens',
  ],
  ['HAProxy /s', of(haproxy({})), 'ok balanced'],
  ['HAProxy /s', of(haproxy({ reachable: false, doing: 'waiting' })), 'fail it cannot be reached: waiting'],
  [
    'HAProxy /s',
    of(haproxy({ advice: [{ code: 'no-check', text: 'Add check.' }] })),
    'ok balanced\nwarn no-check: Add check.',
  ],
  ['certificate', certificate(nowMs, false), 'fail it ended'],
  ['certificate', certificate(nowMs + 30 * day - 1, false), 'warn it is good for 29 d'],
  ['certificate', certificate(nowMs + 30 * day, false), 'ok it is good for 30 d'],
  ['certificate', certificate(nowMs + 26 * day, true), 'ok it is good for 26 d'],
  [
    'certificate',
    machine({ certificate: known({ path: '/c', fromMs: nowMs + 1, untilMs: nowMs + day, own: true }) }),
    'fail it begins',
  ],
];
it.each(table)('%s (row %#)', (check, changes, expected) => {
  const text = found(check, changes);
  if (expected === '') expect(text).toBe('');
  else expect(text.slice(0, expected.length)).toBe(expected);
});

it('warns of a disabled cluster and of each warning of the configuration', () => {
  const disabled = { ...config({ disabled: true, key: '' }), warnings: ['one', 'two'] };
  const text = found('configuration', { config: { ok: true, config: disabled, fingerprint: '' } });
  expect(text.split('\n')).toEqual(['warn one', 'warn two', 'warn the cluster is disabled in ossec.conf']);
});

it('folds nodes that are all well into a line, and none that is not', () => {
  const names = Array.from({ length: 40 }, (_, at) => `w${at}`);
  const node = running({
    cluster: known(
      cluster(row('zeus', { role: 'master' }), ...names.map((name) => row(name)), row('bad', { liveness: 'down' })),
    ),
    infos: new Map(names.map((name) => [name, info()])),
  });
  const checks = findingsOf(facts(of(node))).map(({ check }) => check);
  expect(checks.filter((check) => check.startsWith('node w'))).toHaveLength(10);
  expect(checks).toContain('node bad');
  expect(found('nodes', of(node))).toBe('ok 30 more nodes are as well');
});
