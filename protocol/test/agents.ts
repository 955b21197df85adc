/** Agents as tests want them. */
import {
  type AgentInfo,
  type AgentInfoField,
  type AgentUpdate,
  agentInfoFields,
  agentStatuses,
} from '@muster/protocol';
import fc from 'fast-check';

const sum = (seed: number): string => (seed * 2_654_435_761).toString(16).padStart(32, 'a7').slice(0, 32);

/** What a usual agent says of itself: about 650 bytes as JSON with its status. */
export const agentInfo = (id: number): AgentInfo => ({
  name: `web-frontend-${String(id).padStart(6, '0')}`,
  ip: `10.${(id >>> 16) & 255}.${(id >>> 8) & 255}.${id & 255}`,
  version: 'Wazuh v4.14.0',
  osName: 'Ubuntu',
  osVersion: '22.04.4 LTS',
  osMajor: '22',
  osMinor: '04',
  osCodename: 'Jammy Jellyfish',
  osBuild: '',
  osPlatform: 'ubuntu',
  osUname: `Linux |web-frontend-${String(id).padStart(6, '0')} |5.15.0-101-generic |#111-Ubuntu SMP Tue Mar 5 20:16:58 UTC 2024 |x86_64`,
  osArch: 'x86_64',
  configSum: sum(7),
  mergedSum: sum(id % 20),
  managerHost: 'manager-worker1',
  nodeName: 'worker1',
  groupConfigStatus: 'synced',
  labels: [['environment', id % 2 === 0 ? 'production' : 'staging']],
});

const text = (maxLength: number) =>
  fc.oneof(
    fc.constantFrom('', 'a', 'x86_64', sum(1), sum(2)),
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((each) => Buffer.from(each.slice(0, maxLength)).toString()),
  );

export const infos: fc.Arbitrary<AgentInfo> = fc
  .record({
    ...(Object.fromEntries(agentInfoFields.map((field) => [field, text(255)])) as Record<
      AgentInfoField,
      fc.Arbitrary<string>
    >),
    labels: fc.array(fc.tuple(text(255), text(1_024)), { maxLength: 4 }),
  })
  .map((info) => info as AgentInfo);

export const SENT_MS = 1_763_760_000_000;

/** Of agents that differ, seen before `SENT_MS`, whole milliseconds. */
export const updates: fc.Arbitrary<readonly AgentUpdate[]> = fc.uniqueArray(
  fc.record(
    {
      id: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 2 ** 31 - 1 })),
      revision: fc.oneof(fc.maxSafeNat(), fc.integer({ min: SENT_MS - 1_000, max: SENT_MS + 1_000 })),
      seenMs: fc.integer({ min: 0, max: SENT_MS }),
      status: fc.constantFrom(...agentStatuses),
      code: fc.integer({ min: 0, max: 5 }),
      disconnectedMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: SENT_MS })),
      info: infos,
    },
    { requiredKeys: ['id', 'revision', 'seenMs', 'status', 'code', 'disconnectedMs'] },
  ),
  { selector: ({ id }) => id, maxLength: 12 },
);
