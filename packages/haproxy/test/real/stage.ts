import { setTimeout as pause } from 'node:timers/promises';
import { nodeHaproxyPorts, openRuntimeDriver, type RuntimeEndpoint, type RuntimeSettings } from '@muster/haproxy';
import {
  type DriverStage,
  openRealAgents,
  openRealHaproxy,
  type RealAgents,
  type RealHaproxy,
  type RealHaproxyOptions,
} from '@muster/haproxy/testing';

/** A real HAProxy with managers and agents of its own. */
export interface RealStage extends DriverStage {
  readonly haproxy: RealHaproxy;
  readonly agents: RealAgents;
}

export const unixOf = ({ socket }: RealHaproxy): RuntimeEndpoint => ({ kind: 'unix', path: socket });
export const tcpOf = ({ runtimePort }: RealHaproxy): RuntimeEndpoint => ({
  kind: 'tcp',
  host: '127.0.0.1',
  port: runtimePort,
});

/** Checks more often than usual, so that tests are short. */
export async function openRealStage(
  endpointOf: (haproxy: RealHaproxy) => RuntimeEndpoint = unixOf,
  options: RealHaproxyOptions = {},
  settings: Partial<RuntimeSettings> = {},
): Promise<RealStage> {
  const haproxy = await openRealHaproxy(options);
  const agents = openRealAgents();
  const { backend, agentsCfg, binary, agentPort } = haproxy;
  const driver = openRuntimeDriver(
    {
      endpoint: endpointOf(haproxy),
      backend,
      agentPort,
      check: { interMs: 100 },
      persist: { path: agentsCfg, binary },
      ...settings,
    },
    nodeHaproxyPorts(),
  );
  return {
    driver,
    haproxy,
    agents,
    manager: agents.manager,
    connect: (count) => agents.connect(agentPort, count),
    until,
    restart: async () => {
      await haproxy.kill();
      await haproxy.start();
    },
    close: async () => {
      await agents.close();
      await haproxy.close();
    },
  };
}

/** Asks every 5 ms, for a minute. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; await pause(5)) if (await holds()) return;
  throw new Error(`not within a minute: ${what}`);
}
