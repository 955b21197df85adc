import type { ClusterConfig } from '@muster/config';

/** What stands for a secret. */
export const masked = '*****';

/** The section `cluster` of `ossec.conf`, as 4.14 has it: the key is shown to nobody. */
export const configForm = (cluster: Omit<ClusterConfig, 'key'>) => ({
  name: cluster.name,
  node_name: cluster.nodeName,
  node_type: cluster.nodeType,
  key: masked,
  port: cluster.port,
  bind_addr: cluster.bindAddr,
  nodes: [...cluster.nodes],
  hidden: cluster.hidden ? ('yes' as const) : ('no' as const),
  disabled: cluster.disabled,
});
