/** Adapter: lets every node of the lab answer HTTP on this machine, to one user. */
import { randomBytes } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPassword, saltBytes, usersPath, writeUsers } from '@muster/http-api/users';
import { freePort } from './free-port.ts';
import type { LabNode } from './layout.ts';

/** Who may ask, everything; and where each node listens. */
export interface LabApi {
  readonly user: string;
  readonly password: string;
  /** By the name of the node. */
  readonly ports: ReadonlyMap<string, number>;
}

/** Before any node starts, and after what else of muster.yaml there is. */
export async function openLabApi(nodes: readonly LabNode[]): Promise<LabApi> {
  const user = 'lab';
  const password = randomBytes(12).toString('hex');
  const scrypt = await hashPassword(password, randomBytes(saltBytes));
  const ports = new Map<string, number>();
  for (const { name, root } of nodes) {
    const port = await freePort();
    ports.set(name, port);
    await appendFile(join(root, 'etc/muster.yaml'), apiYaml(port), { mode: 0o640 });
    await writeUsers(usersPath(root), [{ name: user, role: 'operate', scrypt }], join(root, 'etc/ossec.conf'));
  }
  return { user, password, ports };
}

/** Looked at by people and by benchmarks: no limit that a real site would have. */
const apiYaml = (port: number): string =>
  ['', 'http_api:', '  enabled: yes', `  port: ${port}`, '  requests_per_minute: 1000000', ''].join('\n');

/** What to write in another terminal to ask `node`. */
export function apiSuggestion({ root, name }: LabNode, { user, password, ports }: LabApi): string {
  const certificate = `${root}/queue/cluster/muster/http/certificate.pem`;
  return `  curl --cacert ${certificate} -u ${user}:${password} 'https://localhost:${ports.get(name)}/cluster/nodes?pretty'`;
}
