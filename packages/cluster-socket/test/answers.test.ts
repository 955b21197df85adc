import { absentCluster } from '@muster/config';
import { directoryNode, fileTree, type HealthcheckRow } from '@muster/protocol';
import { configAnswer } from '../src/config-answer.ts';
import { openHashAnswers } from '../src/hash-answer.ts';
import { healthAnswer } from '../src/health-answer.ts';
import { sendSyncAnswer, sendSyncOf } from '../src/sendsync.ts';

const wallMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const worker: HealthcheckRow = {
  name: 'worker1',
  role: 'worker',
  version: 'v4.14.7',
  address: '10.0.0.1:41234',
  activeAgents: 3,
  lastKeepAliveAgoMs: 678,
};

describe('the healthcheck', () => {
  it('has the keys and types of 4.14 for a worker that did nothing yet', () => {
    const never = { date_start_master: 'n/a', date_end_master: 'n/a' };
    const groups = { date_start: 'n/a', date_end: 'n/a', n_synced_chunks: 0 };
    expect(healthAnswer({ type: 'healthcheck', rows: [worker] }, wallMs)).toEqual({
      n_connected_nodes: 1,
      nodes: {
        worker1: {
          info: { name: 'worker1', type: 'worker', version: '4.14.7', ip: '10.0.0.1', n_active_agents: 3 },
          status: {
            sync_integrity_free: true,
            last_check_integrity: never,
            last_sync_integrity: {
              ...never,
              total_extra_valid: 0,
              total_files: { missing: 0, shared: 0, extra: 0, extra_valid: 0 },
            },
            sync_agent_info_free: true,
            last_sync_agentinfo: { ...never, n_synced_chunks: 0 },
            last_sync_agentgroup: groups,
            last_sync_full_agentgroup: groups,
            last_keep_alive: '2026-01-02T03:04:05.000000Z',
          },
        },
      },
    });
  });

  it('has its dates, counts and flags when it did', () => {
    const span = { startAgoMs: 2_000, endAgoMs: 1_000.25 };
    const start = '2026-01-02T03:04:03.678000Z';
    const end = '2026-01-02T03:04:04.677750Z';
    const work = {
      checked: span,
      synced: { ...span, missing: 1, shared: 2, extra: 3 },
      syncing: true,
      agentInfo: { ...span, chunks: 4, agents: 9 },
      sendingAgents: true,
      agentGroups: { ...span, chunks: 5 },
      agentGroupsFull: { ...span, chunks: 6 },
    };
    const { nodes } = healthAnswer({ type: 'healthcheck', rows: [{ ...worker, work }] }, wallMs) as {
      readonly nodes: Readonly<Record<string, { readonly status: object }>>;
    };
    expect(nodes.worker1?.status).toEqual({
      sync_integrity_free: false,
      last_check_integrity: { date_start_master: start, date_end_master: end },
      last_sync_integrity: {
        date_start_master: start,
        date_end_master: end,
        total_extra_valid: 0,
        total_files: { missing: 1, shared: 2, extra: 3 },
      },
      sync_agent_info_free: false,
      last_sync_agentinfo: { date_start_master: start, date_end_master: end, n_synced_chunks: 4 },
      last_sync_agentgroup: { date_start: start, date_end: end, n_synced_chunks: 5 },
      last_sync_full_agentgroup: { date_start: start, date_end: end, n_synced_chunks: 6 },
      last_keep_alive: '2026-01-02T03:04:05.000000Z',
    });
  });

  it('counts workers, has of the master its info alone, and leaves out who is not linked', () => {
    const master: HealthcheckRow = { ...worker, name: 'm', role: 'master' };
    const { lastKeepAliveAgoMs: _, ...gone } = { ...worker, name: 'gone' };
    const answer = healthAnswer({ type: 'healthcheck', rows: [master, worker, gone] }, wallMs);
    expect(answer).toMatchObject({ n_connected_nodes: 1 });
    const { nodes } = answer as { readonly nodes: object };
    expect(Object.entries(nodes).map(([name, node]) => [name, Object.keys(node as object)])).toEqual([
      ['m', ['info']],
      ['worker1', ['info', 'status']],
    ]);
  });
});

describe('get_config', () => {
  it('hides the key and the passwords of the HAProxy helper, and has the rest by the names of ossec.conf', () => {
    const secret = 'hunter2hunter2';
    const haproxyHelper = {
      ...{ disabled: false, enabled: true, missing: [], address: '10.0.0.5', port: 5555, protocol: 'https' as const },
      ...{ user: 'haproxy', password: secret, backend: 'wazuh_reporting', cert: true as const, clientCert: '/c.pem' },
      ...{ clientCertKey: '/k.pem', clientCertPassword: secret, excludedNodes: ['master'], frequencyMs: 60_000 },
      ...{ agentChunkSize: 300, agentReconnectionTimeMs: 5_000, agentReconnectionStabilityTimeMs: 60_000 },
      ...{ imbalanceTolerance: 0.1, removeDisconnectedNodeAfterMs: 14_400_000 },
    };
    const answer = configAnswer({ cluster: { ...absentCluster, key: secret }, haproxyHelper });
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(answer.key).toBe('*****');
    expect(answer.haproxy_helper).toEqual({
      haproxy_disabled: false,
      haproxy_address: '10.0.0.5',
      haproxy_port: 5555,
      haproxy_protocol: 'https',
      haproxy_user: 'haproxy',
      haproxy_password: '*****',
      haproxy_backend: 'wazuh_reporting',
      haproxy_cert: true,
      client_cert: '/c.pem',
      client_cert_key: '/k.pem',
      client_cert_password: '*****',
      excluded_nodes: ['master'],
      frequency: 60,
      agent_chunk_size: 300,
      agent_reconnection_time: 5,
      agent_reconnection_stability_time: 60,
      imbalance_tolerance: 0.1,
      remove_disconnected_node_after: 240,
    });
  });
});

describe('get_hash', () => {
  const names = (count: number): ReadonlyMap<string, { readonly size: number; readonly digest: string }> =>
    new Map(Array.from({ length: count }, (_, n) => [`${n}.xml`, { size: 1, digest: 'a'.repeat(128) }]));

  it('is made once for a tree', () => {
    const hashes = openHashAnswers();
    const tree = fileTree(new Map([['etc/rules', directoryNode(names(3))]]));
    expect(hashes(tree)).toBe(hashes(tree));
  });

  it('is refused with 3050 where it would be larger than is held', () => {
    const tree = fileTree(new Map([['etc/rules', directoryNode(names(100))]]));
    expect(openHashAnswers(20_000)(tree).ok).toBe(true);
    expect(openHashAnswers(10_000)(tree)).toMatchObject({ ok: false, refusal: { code: 3050 } });
  });

  it('knows folders by their whole name', () => {
    const tree = fileTree(new Map([['etc/rules_evil', directoryNode(names(1))]]));
    expect(openHashAnswers()(tree)).toEqual({ ok: true, value: Buffer.from('{}') });
  });
});

const request = (daemon: string, message: unknown) => sendSyncOf(JSON.stringify({ daemon_name: daemon, message }));
const add = (given: object) => request('authd', { function: 'add', arguments: given });
const sum = 'a'.repeat(32);

describe('what sendsync takes', () => {
  it.each([
    [add({ name: 'a1', ip: 'any' }), { type: 'register-agent', name: 'a1', ip: 'any' }],
    [
      add({ name: 'a1', ip: 'any', groups: 'g1,g2', key_hash: 'h', key: 'k', id: '007', force: { enabled: false } }),
      { type: 'register-agent', name: 'a1', ip: 'any', groups: ['g1', 'g2'], keyHash: 'h', id: 7, key: 'k' },
    ],
    [
      request('authd', { function: 'remove', arguments: { id: '012', purge: true } }),
      { type: 'remove-agent', id: 12, purge: true },
    ],
    [request('authd', { function: 'remove', arguments: { id: 12 } }), { type: 'remove-agent', id: 12, purge: false }],
    [
      request('remoted', { command: 'assigngroup', parameters: { agent: '005', md5: sum } }),
      { type: 'assign-group', id: 5, mergedSum: sum },
    ],
    [
      request('remoted', JSON.stringify({ command: 'assigngroup', parameters: { agent: 5, md5: sum } })),
      { type: 'assign-group', id: 5, mergedSum: sum },
    ],
    [
      sendSyncOf(
        `${JSON.stringify({ daemon_name: 'authd', message: { function: 'remove', arguments: { id: 1 } } })}\0`,
      ),
      { type: 'remove-agent', id: 1, purge: false },
    ],
  ])('%j', (asked, wanted) => {
    expect(asked).toEqual({ ok: true, value: { type: 'request', request: wanted } });
  });

  it.each([
    [request('authd', { function: 'get' }), 9003],
    [request('authd', {}), 9003],
    [request('authd', { function: 'add' }), 9004],
    [add({ ip: 'any' }), 9005],
    [add({ name: 'a1' }), 9006],
    [add({ name: 'a1', ip: 'any', id: 'x' }), 9010],
    [add({ name: 'a1', ip: 'any', groups: 5 }), 9014],
    [request('authd', { function: 'remove', arguments: {} }), 9010],
    [request('remoted', { command: 'getconfig' }), 9003],
    [request('remoted', { command: 'assigngroup' }), 9004],
    [request('remoted', { command: 'assigngroup', parameters: { md5: sum } }), 9010],
    [request('remoted', { command: 'assigngroup', parameters: { agent: '1' } }), 9004],
  ])("answers in the daemon's own JSON what cannot be asked: %#", (asked, error) => {
    if (!asked.ok || asked.value.type !== 'answer') throw new Error('no answer');
    expect(JSON.parse(Buffer.from(asked.value.answer).toString())).toMatchObject({ error });
  });

  it.each(['', '{', '[]', '{}', '{"daemon_name":"authd"}', '{"daemon_name":"authd","message":5}'])(
    'refuses %s as no request',
    (payload) => {
      expect(sendSyncOf(payload)).toMatchObject({ ok: false, refusal: { code: 3016 } });
    },
  );
});

describe('what sendsync answers', () => {
  it.each([
    [{ type: 'agent-removed', id: 3 } as const, { error: 0, data: 'Agent removed' }],
    [
      { type: 'group-assigned', id: 3, group: 'web' } as const,
      { error: 0, message: 'ok', data: { group: 'web' }, group: 'web' },
    ],
    [
      { type: 'registration-refused', code: 9011, text: 'id not found' } as const,
      { error: 9011, message: 'id not found' },
    ],
  ])('%j', (reply, wanted) => {
    expect(JSON.parse(Buffer.from(sendSyncAnswer(reply)).toString())).toEqual(wanted);
  });
});
