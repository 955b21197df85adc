/** Nodes (`reference/cli-api.md` 3). */
import { type ClusterView, type NodeView, peerHost } from '@muster/protocol';

/** A node that takes part now. The order of the members is that of the answers. */
export type NodeForm = {
  readonly name: string;
  readonly type: 'master' | 'worker';
  /** Without a `v`. */
  readonly version: string;
  /** Where its link comes from, without the port. */
  readonly ip: string;
};

export const nodeFields = ['name', 'type', 'version', 'ip'] as const satisfies readonly (keyof NodeForm)[];

export const nodeForm = ({
  name,
  role: type,
  version,
  address,
}: Pick<NodeView, 'name' | 'role' | 'version' | 'address'>): NodeForm => ({
  name,
  type,
  version: plainVersion(version),
  ip: peerHost(address),
});

/** `v4.14.7` is `4.14.7` there. */
export const plainVersion = (version: string): string => version.replace(/^v/, '');

/** Those that have a link now, as in a healthcheck: the reference knows no others. The master first, the others in their order. */
export const takingPart = ({ nodes }: Pick<ClusterView, 'nodes'>): readonly NodeView[] =>
  nodes
    // A node of an older version does not tell of links.
    .filter(({ linked, liveness }) => linked ?? (liveness !== 'down' && liveness !== 'left'))
    .toSorted((one, other) => Number(other.role === 'master') - Number(one.role === 'master'));
