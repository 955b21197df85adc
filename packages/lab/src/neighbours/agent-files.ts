/**
 * Adapter: what a remoted of 3.8 writes of its agents (`reference/agent-info.md` 4 and 8), with all its ways:
 * the time of a file is the last keep-alive, a startup only creates, a change is written in place.
 */
import { mkdir, open, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentReport } from '../agent-line.ts';
import type { KeyedAgent } from './keys.ts';

export interface AgentFiles {
  startup(agent: KeyedAgent): Promise<void>;
  keepAlive(agent: KeyedAgent, report: AgentReport): Promise<void>;
  /** What is remembered of the agents that are not among `ids` is forgotten; their files are the cluster's matter. */
  keepOnly(ids: ReadonlySet<number> | ReadonlyMap<number, unknown>): void;
}

export interface AgentFilesSettings {
  /** R. */
  readonly root: string;
  readonly node: string;
  readonly hostname: string;
}

/** Makes the two directories where they are missing. */
export async function openAgentFiles({ root, node, hostname }: AgentFilesSettings): Promise<AgentFiles> {
  const infos = join(root, 'queue/agent-info');
  const groups = join(root, 'queue/agent-groups');
  for (const directory of [infos, groups]) await mkdir(directory, { recursive: true, mode: 0o770 });
  const written = new Map<number, string>();
  return {
    startup: async (agent) => {
      const file = await open(join(infos, fileName(agent)), 'a', 0o660);
      await file.close();
    },
    keepAlive: async (agent, report) => {
      const path = join(infos, fileName(agent));
      const text = infoText(report, node, hostname);
      if (written.get(agent.id) !== text || !(await touched(path))) {
        await writeFile(path, text, { mode: 0o660 });
        written.set(agent.id, text);
      }
      await chooseGroup(join(groups, String(agent.id).padStart(3, '0')));
    },
    keepOnly: (ids) => {
      for (const id of written.keys()) if (!ids.has(id)) written.delete(id);
    },
  };
}

/** `<name>-<ip>`; a network loses its mask. */
export const fileName = ({ name, ip }: Pick<KeyedAgent, 'name' | 'ip'>): string => `${name}-${ip.split('/')[0]}`;

/** The content of one file. */
export function infoText(report: AgentReport, node: string, hostname: string): string {
  const { uname, version, configSum, mergedSum, labels } = report;
  return [
    `${uname} - ${version} / ${configSum}`,
    ...labels.map(([key, value]) => `"${key}":${value}`),
    `${mergedSum} merged.mg`,
    `#"manager_hostname":${hostname}`,
    `#"node_name":${node}`,
    '',
  ].join('\n');
}

/** False: there is no such file any more. */
async function touched(path: string): Promise<boolean> {
  const now = Date.now() / 1_000;
  try {
    await utimes(path, now, now);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** An agent that nobody has assigned gets `default`; an assignment that is there stays. */
async function chooseGroup(path: string): Promise<void> {
  try {
    await writeFile(path, 'default\n', { mode: 0o660, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
