/** What is on the machines before anything starts. */

import { keysLine } from '../agents/keys.ts';
import { enrolledAtStart, layAgents } from '../agents/lay-agents.ts';
import { type Dice, openDice } from '../dice.ts';
import { haproxyYaml, helperBlock, layHaproxy } from '../haproxy/lay-haproxy.ts';
import type { Plan, WorkerStart } from '../plan/plan.ts';
import { workedDirectories } from '../plan/workload-deeds.ts';
import type { SimNode, World } from '../world/world.ts';
import { contentOf, keyLine } from './contents.ts';
import { keysPath, newPath } from './paths.ts';

/** Of every node; intruders have others. */
export const clusterName = 'simulated';
export const clusterKey = 'k7'.repeat(16);

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Writes configuration and trees on every machine's disk, where they outlast a loss of power. Once, before the first start. */
export function layOut(world: World, plan: Plan): void {
  const dice = openDice(plan.settings.seed).fork('lay out');
  const tree = withAgents(initialTree(dice, plan.settings.files), plan);
  for (const node of world.nodes) {
    layConfiguration(node, plan, world);
    const start = node.role === 'master' ? 'copy' : (plan.starts[node.name] ?? 'empty');
    for (const [path, content] of startTree(dice.fork(node.name), tree, start))
      node.files.write(`${node.root}/${path}`, content, 'operator');
    node.files.chmod(`${node.root}/${keysPath}`, keysMode, 'operator');
    node.files.settle();
  }
  if (plan.agents.count > 0) layAgents(world, plan);
  if (plan.haproxy.agents > 0) layHaproxy(world, plan);
}

function layConfiguration({ name, role, root, files }: SimNode, plan: Plan, world: World): void {
  const through = plan.haproxy.agents > 0;
  const musterYaml = `${plan.settings.musterYaml}${through ? haproxyYaml(plan, world) : ''}`;
  const helper = through ? helperBlock(plan) : '';
  for (const directory of [...workedDirectories, 'queue/cluster', 'logs', 'var/run'])
    files.makeDirectory(`${root}/${directory}`, 'operator');
  files.write(
    `${root}/etc/ossec.conf`,
    encode(ossecConf(name, role, world.master.name, { global: globalOf(plan), helper })),
    'operator',
  );
  // No disk of ours holds a socket for `auto` to find.
  const yaml = plan.agents.managers[name] === 'wazuh-db' ? `manager: wazuh-db\n${musterYaml}` : musterYaml;
  if (yaml !== '') files.write(`${root}/etc/muster.yaml`, encode(yaml), 'operator');
}

/** As the manager's own tools leave it. */
const keysMode = 0o640;

type Tree = readonly (readonly [path: string, content: Uint8Array])[];

/** Fifty agents at most: their file is one of many. */
const mostAgents = 50;

/** `etc/client.keys` is one of the files. */
function initialTree(dice: Dice, files: number): Tree {
  if (files === 0) return [];
  const agents = Array.from({ length: Math.min(files, mostAgents) }, (_, index) => keyLine(index + 1, `0.${index}`));
  const rest = Array.from({ length: files - 1 }, (_, index) => {
    const number = `0.${index}`;
    const path = newPath(dice, dice.pick(workedDirectories), number);
    return [path, contentOf({ path, by: 'operator@master', number }, dice.int(0, 2_048))] as const;
  });
  return [[keysPath, encode(agents.join(''))], ...rest];
}

/** The lines of those that report, after those of the tree. */
function withAgents(tree: Tree, plan: Plan): Tree {
  const lines = encode(enrolledAtStart(plan).map(keysLine).join(''));
  if (lines.length === 0) return tree;
  const first = tree[0]?.[0] === keysPath ? tree[0][1] : new Uint8Array(0);
  const rest = tree.filter(([path]) => path !== keysPath);
  return [[keysPath, Buffer.concat([first, lines])], ...rest];
}

/** `stale`: a third is missing, a third is old, and there is something that the master does not have. */
function startTree(dice: Dice, tree: Tree, start: WorkerStart): Tree {
  if (start === 'empty') return [];
  if (start === 'copy') return tree;
  const kept = tree.flatMap(([path, content], index) => {
    const fate = dice.int(0, 2);
    const old = contentOf({ path, by: 'operator@before', number: `0.old${index}` }, dice.int(0, 1_024));
    if (fate === 0) return [];
    return [[path, fate === 1 && path !== keysPath ? old : content] as const];
  });
  const path = newPath(dice, dice.pick(workedDirectories), '0.left');
  return [...kept, [path, contentOf({ path, by: 'operator@before', number: '0.left' }, 100)]];
}

/** How long an agent may be silent. */
const globalOf = ({ agents }: Plan): string =>
  agents.count === 0
    ? ''
    : `  <global>
    <agents_disconnection_time>${agents.disconnectMs / 1_000}s</agents_disconnection_time>
  </global>
`;

/** Blocks that not every run has. */
interface Blocks {
  readonly global: string;
  /** Within that of the cluster. */
  readonly helper: string;
}

const ossecConf = (name: string, role: string, master: string, { global, helper }: Blocks): string => `<ossec_config>
${global}  <cluster>
    <name>${clusterName}</name>
    <node_name>${name}</node_name>
    <node_type>${role}</node_type>
    <key>${clusterKey}</key>
    <nodes>
      <node>${master}.example</node>
    </nodes>
    <disabled>no</disabled>
${helper}  </cluster>
</ossec_config>
`;
