/** What one node says of the manager beside it: for the API's `/cluster/{node}/…`, the doctor and support bundles. */
import { type Static, Type } from '@sinclair/typebox';
import { MAX_LOG_ROWS } from '../limits.ts';
import { Count, Fields, Milliseconds, NodeNameSchema, RoleSchema, Text, Version, Wall, Words } from './parts.ts';

export const GetNodeInfo = Fields({ type: Type.Literal('get-node-info') });
export type GetNodeInfo = Static<typeof GetNodeInfo>;

const Short = Type.String({ maxLength: 512 });

/** Answers `get-node-info`. */
export const NodeInfo = Fields({
  type: Type.Literal('node-info'),
  node: NodeNameSchema,
  role: RoleSchema,
  version: Version,
  cluster: Type.String({ maxLength: 512 }),
  /** Of the Wazuh manager beside it, `v4.14.7` without the v; absent: there is none to be seen. */
  managerVersion: Type.Optional(Version),
  /** Node.js, and the system. */
  runtime: Short,
  system: Short,
  /** The machine's own name, which the manager's agent 000 has, too. Absent: it is not known. */
  host: Type.Optional(Short),
  wallMs: Wall,
  /** Minutes east of Greenwich, and the zone's name. */
  zoneMinutes: Type.Integer({ minimum: -1_440, maximum: 1_440 }),
  zone: Short,
  uptimeMs: Milliseconds,
  /** First 16 hex digits of a digest of the cluster's key: the same on all nodes that have the same key. It says nothing of the key. */
  keyFingerprint: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  /** The manager's daemons, by name. */
  daemons: Type.Array(
    Fields({ name: Short, state: Words(['running', 'stopped', 'failed', 'starting', 'restarting']) }),
    { maxItems: 32 },
  ),
  freeBytes: Count,
  totalBytes: Count,
});
export type NodeInfo = Static<typeof NodeInfo>;

/** Asks for lines of `R/logs/ossec.log` or of Muster's own log, newest first, from the last 4 MiB of it. */
export const GetLogs = Fields({
  type: Type.Literal('get-logs'),
  log: Words(['manager', 'cluster']),
  /** Lines to leave out, of those that fit. */
  offset: Count,
  limit: Type.Integer({ minimum: 1, maximum: MAX_LOG_ROWS }),
  level: Type.Optional(Words(['critical', 'debug', 'debug2', 'error', 'info', 'warning'])),
  tag: Type.Optional(Type.String({ maxLength: 256 })),
  /** Part of the text, whatever the case. */
  search: Type.Optional(Type.String({ maxLength: 256 })),
});
export type GetLogs = Static<typeof GetLogs>;

/** Answers `get-logs`. Secrets in it are hidden. */
export const Logs = Fields({
  type: Type.Literal('logs'),
  rows: Type.Array(
    Fields({
      /** As the log has it, in UTC where it says so. */
      time: Short,
      level: Type.String({ maxLength: 32 }),
      tag: Short,
      text: Text,
    }),
    { maxItems: MAX_LOG_ROWS },
  ),
  /** That fit in all, in what was read. */
  total: Count,
});
export type Logs = Static<typeof Logs>;
