/** Adapter: what stands beside one node for the manager's own daemons: authd and remoted. */
import { join } from 'node:path';
import { openAgentFiles } from './agent-files.ts';
import { openAgentListener } from './agent-listener.ts';
import { openEnrolment, type Register } from './enrolment.ts';
import { openKeyFile } from './key-file.ts';

export interface NeighboursSettings {
  /** R of the node. */
  readonly root: string;
  /** Its name. */
  readonly node: string;
  /** On 127.0.0.1; 0 for a free one. Of managers: 1515 and 1514. */
  readonly enrolPort: number;
  readonly agentsPort: number;
  /** Milliseconds between two looks at client.keys; a remoted has 10,000. At least 1. */
  readonly keysEveryMs: number;
}

export interface Neighbours {
  readonly enrolPort: number;
  readonly agentsPort: number;
  /** Ids of the agents that are connected. */
  connected(): readonly number[];
  close(): Promise<void>;
}

/** Resolves when both listen. Rejects when a port is taken or R is not there. */
export async function openNeighbours(
  settings: NeighboursSettings,
  register: Register,
  warn: (text: string) => void,
): Promise<Neighbours> {
  const { root, node } = settings;
  const files = await openAgentFiles({ root, node, hostname: `${node}.lab` });
  let keysChanged = (): void => {};
  const keyFile = await openKeyFile(join(root, 'etc/client.keys'), settings.keysEveryMs, () => keysChanged());
  const agents = await openAgentListener({ port: settings.agentsPort, node, keys: keyFile.keys, files, warn });
  keysChanged = agents.keysChanged;
  const enrolment = await openEnrolment({ port: settings.enrolPort, node }, register, warn);
  return {
    enrolPort: enrolment.port,
    agentsPort: agents.port,
    connected: agents.connected,
    close: async () => {
      keyFile.close();
      await Promise.all([agents.close(), enrolment.close()]);
    },
  };
}
