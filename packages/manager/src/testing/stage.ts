import type { AgentInfo, AgentStatus } from '@muster/protocol';
import { emptyInfo } from '../info-texts.ts';
import type { Manager } from '../manager.ts';

/** A manager on a stage: what its own daemons and its operators do, beside the adapter that is tried. */
export interface ManagerStage {
  /** Of a node named `ownNode`. */
  readonly manager: Manager;
  /** The machine's wall clock, ms; whole seconds. */
  readonly now: () => number;
  /** Lets so many seconds pass. */
  pass(seconds: number): Promise<void>;
  /** Client.keys has this agent, named `a<id>` with the address `any`, or these. */
  addAgents(ids: readonly number[]): Promise<void>;
  removeAgents(ids: readonly number[]): Promise<void>;
  /** The agent starts: no keep-alive yet. */
  starts(id: number): Promise<void>;
  /** It sends a keep-alive now, and says this of itself when that is new. */
  keepsAlive(id: number, version?: string): Promise<void>;
  /** What the manager has of the agent, for those who read it there. Undefined: nothing. */
  shown(id: number): Promise<{ readonly seenMs: number; readonly version: string } | undefined>;
}

export const ownNode = 'here';

/** What an agent says of itself: enough for each adapter to carry it both ways. */
export const infoOf = (id: number, version: string, node: string): AgentInfo => ({
  ...emptyInfo,
  name: `a${id}`,
  ip: 'any',
  version,
  osName: 'Ubuntu',
  osVersion: '24.04.1 LTS',
  osMajor: '24',
  osMinor: '04',
  osCodename: 'Noble Numbat',
  osPlatform: 'ubuntu',
  osUname: `Linux |a${id} |6.8.0-45-generic |#45-Ubuntu SMP |x86_64`,
  osArch: 'x86_64',
  configSum: 'ab73af41699f13fdd81903b5f23d8d00',
  mergedSum: '4a8724b20dee0124ff9656783c490c4e',
  managerHost: 'manager',
  nodeName: node,
  labels: [['env', 'prod']],
});

/** What a status of the suite looks like, without what adapters may leave out. */
export interface Row {
  readonly id: number;
  readonly seenMs: number;
  readonly status: AgentStatus;
}
