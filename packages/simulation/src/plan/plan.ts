/** All that a seed decides before a run begins. Data only: it goes into a file and between processes as JSON. */
import type { DiskFaults } from '../disk/file-system.ts';
import type { NetworkFaults } from '../network/network.ts';
import type { AgentsPlan } from './agents.ts';
import type { Deed } from './deed.ts';
import type { HaproxyPlan } from './haproxy.ts';
import type { Settings } from './settings.ts';

export interface Plan {
  readonly settings: Settings;
  readonly climate: Climate;
  /** Which report to the managers beside the nodes. */
  readonly agents: AgentsPlan;
  readonly haproxy: HaproxyPlan;
  /** What is on each worker's disk at the start: nothing of the master's, all of it, or a tree that fell behind and was edited. By node name. */
  readonly starts: Readonly<Record<string, WorkerStart>>;
  /** When the healing begins, ms. No deed is later. */
  readonly chaosMs: number;
  /** By time. */
  readonly deeds: readonly Deed[];
}

export type WorkerStart = 'empty' | 'copy' | 'stale';

/** How the machines are when nothing is wrong with them; deeds come on top. It harms nobody, and stays after the healing. */
export interface Climate {
  readonly disk: DiskClimate;
  readonly network: NetworkClimate;
  /** Each wall clock gains so many ms in a second, until the healing. By node name. */
  readonly driftMs: Readonly<Record<string, number>>;
}

type DeepReadonly<T> = { readonly [K in keyof T]: T[K] extends object ? DeepReadonly<T[K]> : T[K] };

export type DiskClimate = DeepReadonly<Pick<DiskFaults, 'latency' | 'yieldAfterStep' | 'hints'>>;
export type NetworkClimate = DeepReadonly<Pick<NetworkFaults, 'latency' | 'bandwidth' | 'handshake' | 'split'>>;

/** The master's name. */
export const masterName = 'master';
export const workerName = (number: number): string => `worker${number}`;
/** The master first. */
export const nodeNames = ({ workers }: Pick<Settings, 'workers'>): readonly string[] => [
  masterName,
  ...Array.from({ length: workers }, (_, index) => workerName(index + 1)),
];
