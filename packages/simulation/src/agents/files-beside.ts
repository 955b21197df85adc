/** The 3.8 layout (`reference/agent-info.md` 4, 6): a file for each agent that reported, a file for each assignment. */
import type { SimNode } from '../world/world.ts';
import type { Agent, Enrolled } from './agent.ts';
import type { ManagerBeside } from './beside.ts';

const statusFolder = 'queue/agent-info';
const groupsFolder = 'queue/agent-groups';
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** `<name>-<ip>`; CIDR loses its mask. */
export const statusFileOf = ({ name, ip }: Pick<Enrolled, 'name' | 'ip'>): string =>
  `${statusFolder}/${name}-${ip.replace(/\/.*$/, '')}`;
export const groupsFileOf = (id: number): string => `${groupsFolder}/${String(id).padStart(3, '0')}`;

export function filesBeside(node: SimNode): ManagerBeside {
  const { files, root } = node;
  files.makeDirectory(`${root}/${statusFolder}`, 'operator');
  files.makeDirectory(`${root}/${groupsFolder}`, 'operator');
  const names = (folder: string): readonly (readonly [name: string, content: Uint8Array])[] =>
    files
      .filesBelow(`${root}/${folder}`)
      .map(([path, bytes]) => [path.slice(root.length + folder.length + 2), bytes] as const);
  return {
    kind: 'files',
    takesAgents: true,
    // Opened for appending, and nothing is appended: who has a file keeps it as it is.
    startup: (agent) => {
      const path = `${root}/${statusFileOf(agent)}`;
      return !files.exists(path) && files.write(path, new Uint8Array(0), 'operator');
    },
    // Also when it says what it said before: written anew, so that the time of the file is now.
    keepAlive: (agent) => files.write(`${root}/${statusFileOf(agent)}`, contentOf(agent, node.name), 'operator'),
    tellsWhole: () => true,
    shutdown: () => false,
    groups: () =>
      new Map(
        names(groupsFolder).flatMap(([name, bytes]) =>
          /^\d{3,}$/.test(name) ? [[Number(name), decode(bytes).trimEnd().split(',')] as const] : [],
        ),
      ),
    assign: ({ id }, groups) => {
      const path = `${root}/${groupsFileOf(id)}`;
      if (groups.length === 0) files.remove(path, 'operator');
      else files.replace(path, encode(`${groups.join(',')}\n`), 'operator');
    },
    statuses: (everybody) => {
      const there = new Set(names(statusFolder).map(([name]) => `${statusFolder}/${name}`));
      return everybody.filter((one) => there.has(statusFileOf(one)));
    },
  };
}

/** As remoted of `node` writes it. */
export function contentOf({ name, facts }: Pick<Agent, 'name' | 'facts'>, node: string): Uint8Array {
  const lines = [
    `${facts.system.replace(/\|changed/, `|${name}-changed`)} - ${facts.version} / ${facts.configSum}`,
    ...facts.labels.map(([key, value]) => `"${key}":${value}`),
    `${facts.mergedSum} merged.mg`,
    `#"manager_hostname":${node}.example`,
    `#"node_name":${node}`,
  ];
  return encode(`${lines.join('\n')}\n`);
}
