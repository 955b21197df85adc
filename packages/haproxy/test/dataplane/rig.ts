import type { Driver, HaproxyPorts } from '@muster/haproxy';
import { HaproxyError, nodeHaproxyPorts, openDataplaneDriver } from '@muster/haproxy';
import { type DataplaneDouble, dataplaneDouble } from '@muster/haproxy/testing';
import type { DataplaneSettings } from '../../src/dataplane/settings.ts';

export const versions = ['2.9', '3.4'] as const;
export type DoubleVersion = (typeof versions)[number];

export const never: AbortSignal = new AbortController().signal;
export const backend = 'wazuh_reporting';
export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export interface Rig {
  readonly driver: Driver;
  readonly double: DataplaneDouble;
  /** What was waited for, ms, and passed at once. */
  readonly waits: number[];
  /** Instead of the driver's own limit. */
  timeoutMs: number | undefined;
  /** Calls since the last look, as `POST transactions 201`. */
  calls(): readonly string[];
  /** Those of them that could change something. */
  writes(): readonly string[];
  close(): Promise<void>;
}

const open: Rig[] = [];

/** Ends all rigs of a test, and holds that nothing was said that the OpenAPI file does not know. */
export async function closeRigs(): Promise<void> {
  const rigs = open.splice(0);
  for (const rig of rigs) await rig.close();
  expect(rigs.flatMap(({ double }) => double.violations)).toEqual([]);
}

export async function openRig(version: DoubleVersion, settings: Partial<DataplaneSettings> = {}): Promise<Rig> {
  const double = await dataplaneDouble({ version });
  const waits: number[] = [];
  const { http } = nodeHaproxyPorts();
  const ports: Pick<HaproxyPorts, 'http' | 'wait'> = {
    http: (endpoint, request, limits, signal) =>
      http(endpoint, request, { ...limits, timeoutMs: rig.timeoutMs ?? limits.timeoutMs }, signal),
    wait: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
    },
  };
  const { port, user, password } = double;
  const endpoint = { protocol: 'http', host: '127.0.0.1', port } as const;
  const driver = openDataplaneDriver({ endpoint, user, password, backend, agentPort: 1514, ...settings }, ports);
  let from = 0;
  const calls = (): readonly string[] => {
    const those = double.requests.slice(from).map(({ name, status }) => `${name} ${status}`);
    from = double.requests.length;
    return those;
  };
  const rig: Rig = {
    driver,
    double,
    waits,
    timeoutMs: undefined,
    calls,
    writes: () => calls().filter((call) => !call.startsWith('GET')),
    close: async () => {
      driver.close();
      await double.close();
    },
  };
  open.push(rig);
  return rig;
}

/** A rig with its backend, after the reload that this needs. */
export async function preparedRig(version: DoubleVersion, settings: Partial<DataplaneSettings> = {}): Promise<Rig> {
  const rig = await openRig(version, settings);
  await rig.driver.prepare(never);
  rig.calls();
  rig.waits.length = 0;
  return rig;
}

export const worker = (number: number, weight = 100) => ({
  name: `worker${number}`,
  address: `192.0.2.${number}`,
  port: 1514,
  weight,
});

/** Its code and text; fails for what is no `HaproxyError`. */
export async function faultOf(work: Promise<unknown>): Promise<{ readonly code: string; readonly text: string }> {
  const error: unknown = await work.then(
    () => new Error('it resolved'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof HaproxyError)) throw error;
  return { code: error.code, text: error.message };
}
