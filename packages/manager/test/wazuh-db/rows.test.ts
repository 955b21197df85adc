import fc from 'fast-check';
import { infoOf } from '../../src/testing/index.ts';
import { fullRowOf, members, readRow } from '../../src/wazuh-db/rows.ts';

const nowMs = 1_767_225_600_000;
const read = (member: (typeof members)[number], raw: unknown) => readRow(member, JSON.stringify(raw), nowMs, 'socket');

describe('a row of wazuh-db', () => {
  it('is what was written of the agent', () => {
    const agent = {
      id: 7,
      seenMs: nowMs - 5_000,
      status: 'disconnected' as const,
      code: 4,
      disconnectedMs: nowMs - 1_000,
      node: 'there',
      info: { ...infoOf(7, 'v1', 'there'), osBuild: '17763', groupConfigStatus: 'synced' },
    };
    const { node: _, ...seen } = agent;
    expect(read('syncreq', fullRowOf(agent))).toEqual({ agent: seen });
  });

  it.each([
    ['syncreq_keepalive', { id: 1, version: 'v' }, { seenMs: nowMs, status: 'active', code: 0, disconnectedMs: 0 }],
    [
      'syncreq_status',
      { id: '001', connection_status: 'pending' },
      { seenMs: nowMs, status: 'pending', code: 0, disconnectedMs: 0 },
    ],
    [
      'syncreq_status',
      { id: 1, connection_status: 'disconnected', disconnection_time: 1_767_225_000, status_code: 3 },
      { seenMs: 1_767_225_000_000, status: 'disconnected', code: 3, disconnectedMs: 1_767_225_000_000 },
    ],
    [
      'syncreq_status',
      { id: 1, connection_status: 'disconnected' },
      { seenMs: nowMs, status: 'disconnected', code: 0, disconnectedMs: nowMs },
    ],
    [
      'syncreq_status',
      { id: 1, connection_status: 'active', status_code: 99 },
      { seenMs: nowMs, status: 'active', code: 0, disconnectedMs: 0 },
    ],
  ] as const)('of %s %j says when and how', (member, raw, expected) => {
    expect(read(member, raw)).toMatchObject({ agent: { id: 1, ...expected } });
  });

  it.each([
    ['syncreq_keepalive', { id: 1, version: 'v' }, true],
    ['syncreq_status', { id: 1, connection_status: 'pending' }, true],
    ['syncreq_status', { id: 1, connection_status: 'disconnected', disconnection_time: 1_767_225_000 }, false],
  ] as const)('of %s %j has no time of its own: %s', (member, raw, undated) => {
    expect(read(member, raw)).toMatchObject({ undated });
  });

  it.each([
    ['syncreq', 'no object', [], 'bad-row'],
    ['syncreq', 'null', null, 'bad-row'],
    ['syncreq', 'no id', { connection_status: 'active' }, 'bad-id'],
    ['syncreq', 'an id beyond range', { id: 2 ** 31, connection_status: 'active' }, 'bad-id'],
    ['syncreq_keepalive', 'a negative id', { id: -1 }, 'bad-id'],
    ['syncreq_keepalive', 'an id of letters', { id: 'abc' }, 'bad-id'],
    ['syncreq', 'no status', { id: 1 }, 'bad-status'],
    ['syncreq_status', 'another status', { id: 1, connection_status: 'sleeping' }, 'bad-status'],
  ] as const)('of %s with %s is named', (member, _, raw, code) => {
    const row = read(member, raw);
    expect(row).toMatchObject({ fault: { code, text: expect.stringContaining('wazuh-db') } });
    expect(row).not.toHaveProperty('agent');
  });

  it('of the manager itself is nothing', () =>
    expect(read('syncreq', { id: 0, connection_status: 'active' })).toBe('nothing'));

  it('with texts that are too long is cut, told, and not left out', () => {
    const row = read('syncreq', {
      id: 1,
      connection_status: 'active',
      os_name: 'n'.repeat(300),
      os_uname: 'u'.repeat(1_024),
      config_sum: 5,
      version: { no: 'text' },
      labels: [...Array.from({ length: 70 }, (_, at) => ({ key: `k${at}`, value: 'v' })), null, { key: 1 }],
    });
    if (row === 'nothing') throw new Error('nothing');
    expect(row.fault?.code).toBe('too-much');
    expect([row.agent?.info?.osName.length, row.agent?.info?.osUname.length, row.agent?.info?.labels.length]).toEqual([
      255, 1_024, 64,
    ]);
    expect([row.agent?.info?.configSum, row.agent?.info?.version]).toEqual(['5', '']);
  });

  it('throws for no JSON at all, and keeps within the bounds of the wire', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ maxLength: 2_000 }));
    const raw = fc.record(
      {
        id: fc.oneof(fc.nat(), value),
        connection_status: fc.oneof(fc.constant('active'), value),
        last_keepalive: value,
        status_code: value,
        disconnection_time: value,
        os_uname: value,
        name: value,
        labels: value,
      },
      { requiredKeys: ['id', 'connection_status'] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...members),
        fc.oneof(
          raw.map((one) => JSON.stringify(one)),
          fc.string(),
        ),
        (member, text) => {
          const row = readRow(member, text, nowMs, 'socket');
          if (row === 'nothing' || row.agent === undefined) return;
          const { agent } = row;
          expect([agent.seenMs, agent.disconnectedMs, agent.code].every(Number.isSafeInteger)).toBe(true);
          expect(Object.values(agent.info ?? {}).every((one) => one.length <= 1_024)).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
