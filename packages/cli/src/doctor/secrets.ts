/** Files that hold what nobody else may know. Pure. */
import { join } from 'node:path';
import type { NodeConfig } from '@muster/config';

/** The program that must not be started, below R. */
export const clusterdPath = 'bin/wazuh-clusterd';

/** Each by its path, below R or whole, with what it holds. Without `config` those that lie where they usually do. */
export function secretsOf(config: NodeConfig | undefined): readonly (readonly [path: string, what: string])[] {
  const { usersFile, key } = config?.muster.httpApi ?? {};
  return [
    ['etc/ossec.conf', "the cluster's key"],
    ['etc/muster.yaml', 'passwords'],
    ['etc/client.keys', 'the keys of all agents'],
    [usersFile ?? usersPath, 'who may ask the HTTP API'],
    [key ?? 'queue/cluster/muster/http/key.pem', 'the private key of the HTTP API'],
  ];
}

/** Of the HTTP API, below R, unless `http_api.users_file` names another. */
export const usersPath = 'etc/muster-users.json';

/** `path` as the system knows it: below `root` unless it is whole. */
export const below = (root: string, path: string): string => (path.startsWith('/') ? path : join(root, path));
