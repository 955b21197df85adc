/** Agents and stores as tests want them. */
import { type AgentInfo, type AgentInfoField, type AgentUpdate, agentInfoFields } from '@muster/protocol';
import { emptyDisk, type MemoryDisk, type MemoryKv, openMemoryKv } from '@muster/store';

export const GIB = 2 ** 30;
export const memory = (disk: MemoryDisk = emptyDisk()): MemoryKv => openMemoryKv(disk, { maxBytes: GIB });

export const info = (name: string, rest: Partial<AgentInfo> = {}): AgentInfo => ({
  ...(Object.fromEntries(agentInfoFields.map((field) => [field, ''])) as Record<AgentInfoField, string>),
  name,
  labels: [['site', 'a"b\u20ac']],
  ...rest,
});

export const update = (id: number, rest: Partial<AgentUpdate> = {}): AgentUpdate => ({
  id,
  revision: 1,
  seenMs: 1_000,
  status: 'active',
  code: 0,
  disconnectedMs: 0,
  ...rest,
});

export const nothing = { lost: [], wanted: [], unknown: [] };
export const everyone = (): boolean => true;
