import type { HealthcheckRow } from '@muster/protocol';
import { configForm, health38, health414, isLinked, type WallClock } from '@muster/reference-forms';

const clock: WallClock = { nowMs: Date.UTC(2026, 0, 2, 3, 4, 5), zoneMinutes: () => 60 };
const worker: HealthcheckRow = {
  name: 'worker1',
  role: 'worker',
  version: 'v4.14.7',
  address: '10.0.0.1:41234',
  activeAgents: 3,
  lastKeepAliveAgoMs: 1_500,
};
const { lastKeepAliveAgoMs: _, ...unlinked } = worker;
const info = { name: 'worker1', type: 'worker', version: '4.14.7', ip: '10.0.0.1', n_active_agents: 3 };

test('a worker that did nothing yet has every member, with n/a and 0', () => {
  const never = { date_start_master: 'n/a', date_end_master: 'n/a' };
  expect(health38(worker, clock)).toEqual({
    info,
    status: {
      last_keep_alive: '2026-01-02 04:04:03.500000',
      sync_integrity_free: true,
      sync_agentinfo_free: true,
      sync_extravalid_free: true,
      last_sync_integrity: { ...never, total_files: { missing: 0, shared: 0, extra: 0, extra_valid: 0 } },
      last_sync_agentinfo: { ...never, total_agentinfo: 0 },
      last_sync_agentgroups: { ...never, total_agentgroups: 0 },
    },
  });
  expect(health414(worker, clock)).toMatchObject({
    info,
    status: { last_check_integrity: never, last_keep_alive: '2026-01-02T03:04:03.500000Z' },
  });
});

test('dates are local in 3.8, with two decimals, and of UTC in 4.14, with six', () => {
  const work = { checked: { startAgoMs: 2_000, endAgoMs: 1_000.25 }, syncing: false, sendingAgents: false };
  const span = { startAgoMs: 2_000, endAgoMs: 1_000.25, missing: 0, shared: 1, extra: 0 };
  const row = { ...worker, work: { ...work, synced: span } };
  expect(health38(row, clock).status?.last_sync_integrity).toMatchObject({
    date_start_master: '2026-01-02 04:04:03.00',
    date_end_master: '2026-01-02 04:04:03.99',
  });
  expect(health414(row, clock).status?.last_check_integrity.date_end_master).toBe('2026-01-02T03:04:03.999750Z');
});

test('a master has its info alone', () => {
  for (const form of [health38, health414])
    expect(Object.keys(form({ ...unlinked, role: 'master' }, clock))).toEqual(['info']);
});

test('3.8 counts the manager beside the master, which is agent 000, among its agents; 4.14 does not', () => {
  const master: HealthcheckRow = { ...unlinked, role: 'master' };
  const count = (row: HealthcheckRow) => [health38, health414].map((form) => form(row, clock).info.n_active_agents);
  expect([count(master), count(worker)]).toEqual([
    [4, 3],
    [3, 3],
  ]);
});

test('a master is linked, and a worker that was heard', () => {
  expect([isLinked({ ...unlinked, role: 'master' }), isLinked(worker), isLinked(unlinked)]).toEqual([
    true,
    true,
    false,
  ]);
});

test('a configuration shows no key, though it is handed over', () => {
  const cluster = {
    ...{ name: 'wazuh', nodeName: 'n', nodeType: 'worker' as const, key: 'hunter2hunter2', port: 1516, nodes: ['m'] },
    ...{ bindAddr: '0.0.0.0', hidden: true, disabled: false, absent: false },
  };
  expect(JSON.stringify(configForm(cluster))).toBe(
    '{"name":"wazuh","node_name":"n","node_type":"worker","key":"*****","port":1516,"bind_addr":"0.0.0.0","nodes":["m"],"hidden":"yes","disabled":false}',
  );
});
