/** Agents of a manager of 3.8, written by hand as its remoted does (`reference/agent-info.md` 4). */
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterNode } from '@muster/lab/testing';

export const agentName = (id: number): string => `agent-${String(id).padStart(6, '0')}`;

/** A file with one live line for each id, in the place of what was. */
export function putKeys(node: ClusterNode, ids: Iterable<number>): void {
  const path = join(node.root, 'etc/client.keys');
  const key = 'a'.repeat(64);
  const lines = [...ids].map((id) => `${String(id).padStart(3, '0')} ${agentName(id)} any ${key}\n`);
  writeFileSync(`${path}.tmp`, lines.join(''), { mode: 0o640 });
  renameSync(`${path}.tmp`, path);
}

export interface Heard {
  readonly id: number;
  /** Of the keep-alive: whole ms since 1970. */
  readonly atMs: number;
  /** What the agent calls its version: names the keep-alive. */
  readonly version: string;
}

export const infoFile = (node: ClusterNode, id: number): string =>
  join(node.root, 'queue/agent-info', `${agentName(id)}-any`);

/** Dated before it shows: a keep-alive of the past must not be there a moment as one of now. */
export function hear(node: ClusterNode, { id, atMs, version }: Heard): void {
  const path = infoFile(node, id);
  const beside = join(node.root, 'queue', `heard-${id}`);
  writeFileSync(beside, contentOf(node.name, id, version));
  utimesSync(beside, atMs / 1_000, atMs / 1_000);
  renameSync(beside, path);
}

const contentOf = (node: string, id: number, version: string): string => {
  const uname = `Linux |${agentName(id)} |5.15.0-101-generic |#111-Ubuntu SMP Tue Mar 5 20:16:58 UTC 2024 |x86_64`;
  const system = `${uname} [Ubuntu|ubuntu: 22.04.4 LTS (Jammy Jellyfish)]`;
  return `${system} - ${version} / ab73af41699f13fdd81903b5f23d8d00
"environment":production
fd756ba04d9c32c8848d4608bec41251 merged.mg
#"manager_hostname":${node}
#"node_name":${node}
`;
};
