import { join } from 'node:path';

/** One node of the lab. */
export interface LabNode {
  readonly name: string;
  readonly role: 'master' | 'worker';
  /** Its R. */
  readonly root: string;
}

/** The master first. */
export const labNodes = (folder: string, workers: number): readonly LabNode[] => [
  { name: 'master', role: 'master', root: join(folder, 'master') },
  ...Array.from({ length: workers }, (_, index): LabNode => {
    const name = `worker${index + 1}`;
    return { name, role: 'worker', root: join(folder, name) };
  }),
];

/** The directories of a manager that a node needs, relative to R. */
export const directories: readonly string[] = [
  'bin',
  'etc/rules',
  'etc/decoders',
  'etc/lists',
  'etc/shared',
  'logs',
  'queue/agent-groups',
  'queue/agent-info',
  'queue/cluster',
  'var/multigroups',
  'var/run',
];

/** The `ossec.conf` of a node. The same key and port for all. */
export const ossecConf = ({ name, role }: LabNode, key: string, port: number): string => `<ossec_config>
  <cluster>
    <name>lab</name>
    <node_name>${name}</node_name>
    <node_type>${role}</node_type>
    <key>${key}</key>
    <port>${port}</port>
    <bind_addr>127.0.0.1</bind_addr>
    <nodes>
      <node>127.0.0.1</node>
    </nodes>
    <hidden>no</hidden>
    <disabled>no</disabled>
  </cluster>
</ossec_config>
`;
