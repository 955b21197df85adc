/** What drives each HAProxy, and what asks agents to connect anew where a driver cannot end their connections. */
import type { HaproxyConfig, HaproxyInstance, ReconnectApi } from '@muster/config';
import {
  type Driver,
  type HaproxyPorts,
  openDataplaneDriver,
  openReconnectClient,
  openRuntimeDriver,
  type ReconnectClient,
} from '@muster/haproxy';

/** Asks nothing of HAProxy yet. */
export function openDriver(instance: HaproxyInstance, config: HaproxyConfig, ports: HaproxyPorts): Driver {
  const { backend, agentPort, resolver } = config;
  if (instance.driver === 'runtime') {
    const { endpoint, persist } = instance;
    return openRuntimeDriver({ endpoint, backend, agentPort, ...(persist === undefined ? {} : { persist }) }, ports);
  }
  const { endpoint, user, password } = instance;
  return openDataplaneDriver(
    { endpoint, user, password, backend, agentPort, ...(resolver === undefined ? {} : { resolver }) },
    ports,
  );
}

/** Asks nothing of the API yet. */
export const openReconnect = ({ url, user, password, ca }: ReconnectApi, ports: HaproxyPorts): ReconnectClient =>
  openReconnectClient({ url, user, password, ...(ca === undefined ? {} : { tls: { ca } }) }, ports);
