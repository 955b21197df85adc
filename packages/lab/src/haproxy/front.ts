/** Adapter: puts HAProxy in front of the lab's nodes, and tells the master of it before it starts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabAgents } from '../lab-agents.ts';
import type { LabNode } from '../layout.ts';
import { musterYaml } from './config-text.ts';
import { type LabHaproxy, startLabHaproxy } from './lab-haproxy.ts';

/** The master is the first of `nodes`. Rejects when there is no HAProxy on this machine. */
export async function openFront(
  folder: string,
  nodes: readonly LabNode[],
  { ports, count }: LabAgents,
  event: (text: string) => void,
): Promise<LabHaproxy> {
  const [master] = nodes;
  const haproxy = await startLabHaproxy(
    join(folder, 'haproxy'),
    { masterEnrolPort: ports.get(master!.name)!.enrolPort, agents: count },
    event,
  );
  const agentsPorts = new Map([...ports].map(([name, { agentsPort }]) => [name, agentsPort]));
  await writeFile(join(master!.root, 'etc/muster.yaml'), musterYaml(haproxy, agentsPorts), { mode: 0o640 });
  return haproxy;
}
