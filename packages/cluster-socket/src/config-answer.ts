/** The answer to `get_config` (`reference/links.md` 6). No secret leaves with it. Pure. */
import type { NodeConfig } from '@muster/config';
import { configForm, masked } from '@muster/reference-forms';

export function configAnswer({
  cluster,
  haproxyHelper,
}: Pick<NodeConfig, 'cluster' | 'haproxyHelper'>): Readonly<Record<string, unknown>> {
  return {
    ...configForm(cluster),
    ...(haproxyHelper === undefined ? {} : { haproxy_helper: helperOf(haproxyHelper) }),
  };
}

/** By the names and in the units of `ossec.conf`. */
function helperOf(helper: NonNullable<NodeConfig['haproxyHelper']>): object {
  const text = (name: string, value: string | undefined): object =>
    value === undefined || value === '' ? {} : { [name]: value };
  const secret = (name: string, value: string | undefined): object =>
    text(name, value === undefined || value === '' ? undefined : masked);
  return {
    haproxy_disabled: helper.disabled,
    ...text('haproxy_address', helper.address),
    haproxy_port: helper.port,
    haproxy_protocol: helper.protocol,
    ...text('haproxy_user', helper.user),
    ...secret('haproxy_password', helper.password),
    haproxy_backend: helper.backend,
    ...text('haproxy_resolver', helper.resolver),
    haproxy_cert: helper.cert,
    ...text('client_cert', helper.clientCert),
    ...text('client_cert_key', helper.clientCertKey),
    ...secret('client_cert_password', helper.clientCertPassword),
    excluded_nodes: helper.excludedNodes,
    frequency: helper.frequencyMs / 1_000,
    agent_chunk_size: helper.agentChunkSize,
    agent_reconnection_time: helper.agentReconnectionTimeMs / 1_000,
    agent_reconnection_stability_time: helper.agentReconnectionStabilityTimeMs / 1_000,
    imbalance_tolerance: helper.imbalanceTolerance,
    remove_disconnected_node_after: helper.removeDisconnectedNodeAfterMs / 60_000,
  };
}
