/** What `<cluster>` may hold (`reference/config.md` 1). */
export const clusterOptions: ReadonlySet<string> = new Set(
  'name node_name node_type key port bind_addr nodes hidden disabled haproxy_helper interval socket_timeout connection_timeout'.split(
    ' ',
  ),
);

/** What `<haproxy_helper>` may hold (`reference/config.md` 3). */
export const helperOptions: ReadonlySet<string> = new Set([
  ...['disabled', 'address', 'user', 'password', 'port', 'protocol', 'backend', 'resolver', 'cert'].map(
    (name) => `haproxy_${name}`,
  ),
  ...['client_cert', 'client_cert_key', 'client_cert_password', 'excluded_nodes', 'frequency', 'agent_chunk_size'],
  ...['agent_reconnection_time', 'agent_reconnection_stability_time', 'imbalance_tolerance'],
  'remove_disconnected_node_after',
]);

/** The section itself, or a name of an option in it: no piece of a secret, whatever stands around it. */
export const isOption = (name: string): boolean =>
  name === 'cluster' || clusterOptions.has(name) || helperOptions.has(name);
