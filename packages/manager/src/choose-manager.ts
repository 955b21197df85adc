/** Which adapter fits the manager beside us: by what is found in R, or as muster.yaml says. */
import type { Disk } from '@muster/tree';
import { infoDirectory } from './files/seen-files.ts';
import type { Manager } from './manager.ts';
import { httpSocket } from './wazuh-db/seen-rows.ts';
import { wdbSocket } from './wazuh-db/wdb.ts';

/** `manager` of muster.yaml. */
export type ManagerOption = 'auto' | Manager['kind'];

/** What lies in R that tells. */
export interface FoundManager {
  /** Both sockets of wazuh-db. */
  readonly wazuhDb: boolean;
  /** The directory of agent-info files. */
  readonly agentInfo: boolean;
}

/** Looks for both below `root`. */
export async function findManager(disk: Disk, root: string): Promise<FoundManager> {
  const [wdb, http, info] = await disk.stat([wdbSocket, httpSocket, infoDirectory].map((path) => `${root}/${path}`));
  const isThere = (stat: typeof wdb, kind: 'other' | 'directory'): boolean =>
    stat !== undefined && 'kind' in stat && stat.kind === kind;
  return { wazuhDb: isThere(wdb, 'other') && isThere(http, 'other'), agentInfo: isThere(info, 'directory') };
}

/** The adapter, and for people why this one. */
export function chooseManager(
  found: FoundManager,
  option: ManagerOption,
): { readonly kind: Manager['kind']; readonly why: string } {
  if (option !== 'auto') return { kind: option, why: `muster.yaml says \`manager: ${option}\`` };
  if (found.wazuhDb) return { kind: 'wazuh-db', why: `${wdbSocket} and ${httpSocket} are there` };
  if (found.agentInfo) return { kind: 'files', why: `${infoDirectory} is there and the sockets of wazuh-db are not` };
  return { kind: 'embedded', why: `neither ${infoDirectory} nor the sockets of wazuh-db are there` };
}
