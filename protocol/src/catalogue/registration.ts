/** The three requests that a worker forwards to its master for its neighbours, and no others (`reference/security.md` 4, "sendsync"). */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_GROUPS } from '../agent.ts';
import { GroupName } from './agent-groups.ts';
import { AgentId } from './agent-info.ts';
import { Count, Fields, Text } from './parts.ts';

/** What `client.keys` can hold: 1 to 128 of `[A-Za-z0-9._-]`, at least two (`reference/agent-info.md` 1; what agents send is checked so by authd). */
export const AgentName = Type.String({ pattern: '^[A-Za-z0-9._-]{2,128}$' });
/** `any`, an address or CIDR; the master checks it whole. */
export const AgentIp = Type.String({ pattern: '^[0-9A-Za-z.:/]{1,64}$' });
/** 64 to 512 hexadecimal digits; shorter keys are refused. */
export const AgentKey = Type.String({ pattern: '^[0-9a-fA-F]{64,512}$' });

/** Adds an agent (authd's `add`, `reference/links.md` 7). */
export const RegisterAgent = Fields({
  type: Type.Literal('register-agent'),
  name: AgentName,
  ip: AgentIp,
  groups: Type.Optional(Type.Array(GroupName, { minItems: 1, maxItems: MAX_GROUPS })),
  /** What the agent says of the key that it has: SHA-1 of `<id> <name> <ip> <key>`, 40 hex digits. */
  keyHash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{40}$' })),
  id: Type.Optional(AgentId),
  key: Type.Optional(AgentKey),
});
export type RegisterAgent = Static<typeof RegisterAgent>;

/** Answers `register-agent`. */
export const AgentRegistered = Fields({
  type: Type.Literal('agent-registered'),
  id: AgentId,
  name: AgentName,
  ip: AgentIp,
  key: AgentKey,
});
export type AgentRegistered = Static<typeof AgentRegistered>;

/** Removes an agent (authd's `remove`). `purge`: its line goes, too. */
export const RemoveAgent = Fields({ type: Type.Literal('remove-agent'), id: AgentId, purge: Type.Boolean() });
export type RemoveAgent = Static<typeof RemoveAgent>;

/** Answers `remove-agent`. */
export const AgentRemoved = Fields({ type: Type.Literal('agent-removed'), id: AgentId });
export type AgentRemoved = Static<typeof AgentRemoved>;

/** Asks which group an agent without assignment gets (remoted's `assigngroup`); `mergedSum` is the MD5 of the agent's own merged.mg. */
export const AssignGroup = Fields({
  type: Type.Literal('assign-group'),
  id: AgentId,
  mergedSum: Type.String({ pattern: '^[0-9a-f]{32}$' }),
});
export type AssignGroup = Static<typeof AssignGroup>;

/** Answers `assign-group`. */
export const GroupAssigned = Fields({ type: Type.Literal('group-assigned'), id: AgentId, group: GroupName });
export type GroupAssigned = Static<typeof GroupAssigned>;

/** Answers any of the three that was refused, with authd's code (`reference/agent-info.md` 2: 9001 to 9015). */
export const RegistrationRefused = Fields({ type: Type.Literal('registration-refused'), code: Count, text: Text });
export type RegistrationRefused = Static<typeof RegistrationRefused>;
