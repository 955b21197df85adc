import { type ClusterView, type NodeView, peerHost } from '@muster/protocol';
import { Type } from '@sinclair/typebox';
import { fields } from '../routes/route.ts';

/** A node as the reference shows it (`reference/cli-api.md` 3). */
export const NodeRow = fields({
  name: Type.Optional(Type.String()),
  type: Type.Optional(Type.Union([Type.Literal('master'), Type.Literal('worker')])),
  version: Type.Optional(Type.String()),
  ip: Type.Optional(Type.String()),
});

export const nodeFields = ['name', 'type', 'version', 'ip'] as const;

/** `type` and not `role`, and the address of the link, without its port, as `ip`. */
export const nodeRow = ({ name, role, version, address }: NodeView) => ({
  ...{ name, type: role },
  version: version.replace(/^v/, ''),
  ip: peerHost(address),
});

/** Those that take part now: the reference knows no others. The master first. */
export const connected = ({ nodes }: ClusterView): readonly NodeView[] =>
  nodes
    .filter(({ liveness }) => liveness !== 'down' && liveness !== 'left')
    .toSorted((a, b) => Number(b.role === 'master') - Number(a.role === 'master'));
