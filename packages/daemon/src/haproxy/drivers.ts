/** The driver of each HAProxy, as the configuration names it. */
import type { HaproxyConfig, HaproxyInstance } from '@muster/config';
import { type Driver, type HaproxyPorts, openRuntimeDriver } from '@muster/haproxy';
import { unbuiltDriver } from './unbuilt-driver.ts';

/** Asks nothing of HAProxy yet. */
export function openDriver(instance: HaproxyInstance, { backend }: HaproxyConfig, ports: HaproxyPorts): Driver {
  if (instance.driver === 'dataplane') return unbuiltDriver(instance.text);
  const { endpoint, persist } = instance;
  return openRuntimeDriver({ endpoint, backend, ...(persist === undefined ? {} : { persist }) }, ports);
}
